/** Questions about the faces of a run: those that have some attributes, and lack others. */
import * as z from 'zod';

/** Most attributes of a question. */
const MAX_CONDITIONS = 20;

/**
 * Orders of the answer: by the probability that a face meets all conditions, descending, or those
 * first that are nearest to not meeting them.
 */
export const QUESTION_ORDERS = ['surest', 'borderline'] as const;
export type QuestionOrder = (typeof QUESTION_ORDERS)[number];

const conditionSchema = z.strictObject({
  attribute: z.string().min(1).max(1000),
  present: z.boolean(),
});
export const conditionsSchema = z.array(conditionSchema).min(1).max(MAX_CONDITIONS);

/** Whether a face is to have an attribute. */
export type Condition = z.infer<typeof conditionSchema>;

export function judge(answer: string, shipped: readonly string[]): string;

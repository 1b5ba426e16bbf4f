"""Scores of probabilities against labels. Same definitions as in src/datasets/evaluation.ts."""

from __future__ import annotations

import numpy as np

from .errors import UserError

THRESHOLD = 0.5
BINS = 15


def score(names: list[str], probabilities: np.ndarray, labels: np.ndarray, thresholds: np.ndarray | None = None) -> dict:
    """Scores of probabilities `[n, attributes]` against labels of the same shape.

    Soft labels count as present from 0.5. Labels that are NaN count nowhere, and attributes without any other are
    left out. `thresholds`: `[attributes]`, 0.5 by default.
    """
    limits = np.full(len(names), THRESHOLD, np.float32) if thresholds is None else thresholds.astype(np.float32)
    defined = ~np.isnan(labels)
    per_attribute, majority = {}, []
    for a, name in enumerate(names):
        rows = defined[:, a]
        count = int(rows.sum())
        if count == 0:
            continue
        probability, true = probabilities[rows, a], labels[rows, a] >= THRESHOLD
        said = probability >= limits[a]
        wrong = int((said != true).sum())
        hits, positives, negatives = int((said & true).sum()), int(true.sum()), int((~true).sum())
        recall = hits / positives if positives else None
        specificity = int((~said & ~true).sum()) / negatives if negatives else None
        per_attribute[name] = {
            'labeled': count,
            'accuracy': 1 - wrong / count,
            'balancedAccuracy': None if recall is None or specificity is None else (recall + specificity) / 2,
            'precision': hits / int(said.sum()) if said.any() else None,
            'recall': recall,
            'averagePrecision': average_precision(probability, true),
            'frequency': positives / count,
            'wrong': wrong,
            'wrongOfPredicted': float((said & ~true).sum() / said.sum()) if said.any() else None,
            'calibrationError': calibration_error(probability, true),
        }
        majority.append(max(positives, negatives) / count)
    if not per_attribute:
        raise UserError(f'none of the labels to compare with is defined: {", ".join(names[:5])}')
    scores = list(per_attribute.values())
    balanced = [each['balancedAccuracy'] for each in scores if each['balancedAccuracy'] is not None]
    precisions = [each['averagePrecision'] for each in scores if each['averagePrecision'] is not None]
    all_probabilities, all_present = probabilities[defined], labels[defined] >= THRESHOLD
    return {
        'faces': len(labels),
        'accuracy': float(np.mean([each['accuracy'] for each in scores])),
        'balancedAccuracy': float(np.mean(balanced)) if balanced else None,
        'averagePrecision': float(np.mean(precisions)) if precisions else None,
        'hammingDistance': float(sum(1 - each['accuracy'] for each in scores)),
        'majorityAccuracy': float(np.mean(majority)),
        'calibrationError': calibration_error(all_probabilities, all_present),
        'calibration': reliability(all_probabilities, all_present),
        'perAttribute': per_attribute,
    }


def average_precision(probabilities: np.ndarray, present: np.ndarray) -> float | None:
    """Σ (Rₙ − Rₙ₋₁) Pₙ over the distinct thresholds, like scikit-learn's average_precision_score."""
    if not present.any():
        return None
    order = np.argsort(-probabilities, kind='stable')
    ranked, true = probabilities[order], present[order]
    last = np.append(ranked[1:] != ranked[:-1], True)  # faces of equal probability share a threshold
    hits = np.cumsum(true)[last]
    recall, precision = hits / present.sum(), hits / (np.flatnonzero(last) + 1)
    return float(np.sum(np.diff(recall, prepend=0) * precision))


def reliability(probabilities: np.ndarray, present: np.ndarray) -> list[dict]:
    """Count, mean probability and observed frequency in bins of equal width."""
    bins = np.minimum((probabilities.astype(np.float64) * BINS).astype(int), BINS - 1)
    count = np.bincount(bins, minlength=BINS)
    said = np.bincount(bins, probabilities.astype(np.float64), BINS)
    true = np.bincount(bins, present.astype(np.float64), BINS)
    return [
        {'from': i / BINS, 'count': int(c), 'probability': float(s / c) if c else None, 'frequency': float(t / c) if c else None}
        for i, (c, s, t) in enumerate(zip(count, said, true))
    ]


def calibration_error(probabilities: np.ndarray, present: np.ndarray) -> float:
    """Expected calibration error (Naeini et al., AAAI 2015): mean of |mean probability − observed
    frequency| over the bins, weighted by their counts."""
    total = len(probabilities)
    return float(
        sum(each['count'] / total * abs(each['probability'] - each['frequency']) for each in reliability(probabilities, present) if each['count'])
    )

"""What several samples of one quantity say."""

import statistics


def spread(values):
    """Median, smallest and largest."""
    return {'median': statistics.median(values), 'min': min(values), 'max': max(values)}

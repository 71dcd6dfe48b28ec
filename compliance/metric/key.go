package metric

// Key names a metric, such as generic.core or oracle.processor.
type Key string

package metric

import "errors"

var (
	// ErrUnknownName is wrapped by the error of a measurement that names a
	// parameter, a choice or a reading that the metric does not have.
	ErrUnknownName = errors.New("not known to the metric")
	// ErrWrongType is wrapped by the error of a measurement whose facts hold a
	// value of another type than the metric declares.
	ErrWrongType = errors.New("value of the wrong type")
	// ErrNegative is wrapped by the error of a measurement that came to less
	// than nothing, which is a mistake of the document.
	ErrNegative = errors.New("count below zero")
)

package metric

import (
	"fmt"

	"github.com/trueup-dev/trueup/compliance/metric/internal/reckon"
)

// rounding is how a stage rounds its number; the zero value does not.
type rounding uint8

const (
	noRounding rounding = iota
	roundUp
	roundDown
)

// UnmarshalText reads a rounding from a document.
func (r *rounding) UnmarshalText(text []byte) error {
	switch string(text) {
	case "none":
		*r = noRounding
	case "up":
		*r = roundUp
	case "down":
		*r = roundDown
	default:
		return fmt.Errorf("%q is not a rounding; known are up, down and none", text)
	}
	return nil
}

func (r rounding) apply(v reckon.Value) reckon.Value {
	switch r {
	case roundUp:
		return reckon.Rounded("ceil", v)
	case roundDown:
		return reckon.Rounded("floor", v)
	}
	return v
}

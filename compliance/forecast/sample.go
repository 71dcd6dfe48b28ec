package forecast

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/trueup-dev/trueup/compliance"
	"github.com/trueup-dev/trueup/compliance/catalog"
	"github.com/trueup-dev/trueup/compliance/metric"
)

// Sample is what a position required at an instant.
type Sample struct {
	At       time.Time
	Product  catalog.ProductKey
	Metric   metric.Key
	Required compliance.Interval
}

// SamplesOf are the samples of a result, one of each position.
func SamplesOf(res *compliance.Result) []Sample {
	out := make([]Sample, 0, len(res.Positions))
	for _, p := range res.Positions {
		out = append(out, Sample{res.AsOf, p.Product, p.Metric, p.Required})
	}
	return out
}

// ReadSamples reads the samples of a result as `trueup reconcile -json` prints it.
// Fields that a sample does not need may be left out.
func ReadSamples(r io.Reader) ([]Sample, error) {
	var res struct {
		AsOf      time.Time `json:"as_of"`
		Positions []struct {
			Product  catalog.ProductKey   `json:"product"`
			Metric   metric.Key           `json:"metric"`
			Required *compliance.Interval `json:"required"`
		} `json:"positions"`
	}
	if err := json.NewDecoder(r).Decode(&res); err != nil {
		return nil, fmt.Errorf("forecast: not a result: %w", err)
	}
	if res.AsOf.IsZero() {
		return nil, errors.New("forecast: not a result: as_of is missing")
	}
	var out []Sample
	for i, p := range res.Positions {
		if p.Product == "" || p.Required == nil || p.Required.Low.IsNegative() {
			return nil, fmt.Errorf("forecast: position %d of the result of %s lacks its product or requirement, or the requirement is negative", i+1, res.AsOf.Format(time.RFC3339))
		}
		out = append(out, Sample{res.AsOf, p.Product, p.Metric, *p.Required})
	}
	return out, nil
}

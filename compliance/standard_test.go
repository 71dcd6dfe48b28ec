package compliance_test

import (
	"sync"

	"github.com/trueup-dev/trueup/compliance/metric"
)

// standard is the library of metrics, loaded once for all tests.
var standard = sync.OnceValues(metric.Standard)

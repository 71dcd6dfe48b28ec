package closure

import (
	"encoding/json"
	"fmt"

	"github.com/trueup-dev/trueup/compliance"
)

// UnmarshalJSON reads a judgement as encoding/json writes it.
func (j *Judgement) UnmarshalJSON(data []byte) error {
	var in struct {
		Verdict string
		Missing []string
	}
	if err := json.Unmarshal(data, &in); err != nil {
		return err
	}
	for v := compliance.Pass; v <= compliance.NotApplicable; v++ {
		if v.String() == in.Verdict {
			*j = Judgement{v, in.Missing}
			return nil
		}
	}
	return fmt.Errorf("closure: %q is no verdict", in.Verdict)
}

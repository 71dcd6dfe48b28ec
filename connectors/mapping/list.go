package mapping

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/trueup-dev/trueup/compliance"
)

// entries reads a list: one of JSON, or texts with the document's mark between
// them. "[]" is a list without entries, which is known; an empty cell is not.
func (l locale) entries(text string) ([]string, error) {
	out := []string{}
	switch {
	case strings.HasPrefix(text, "["):
		if err := json.Unmarshal([]byte(text), &out); err != nil {
			return nil, fmt.Errorf("%s is not a list of texts in JSON", quote(text))
		}
	case strings.HasPrefix(text, "{"):
		return nil, fmt.Errorf("%s is an array of PostgreSQL: query array_to_json of it", quote(text))
	default:
		out = strings.Split(text, l.list)
	}
	for i := range out {
		if out[i] = strings.TrimSpace(out[i]); out[i] == "" {
			return nil, fmt.Errorf("entry %d of %s is empty", i+1, quote(text))
		}
	}
	return out, nil
}

func (l locale) devices(text string) ([]compliance.DeviceID, error) {
	texts, err := l.entries(text)
	if err != nil {
		return nil, err
	}
	out := make([]compliance.DeviceID, len(texts))
	for i, t := range texts {
		out[i] = compliance.DeviceID(t)
	}
	return out, nil
}

func setMayRunOn(r *record, text string, as reading) (err error) {
	r.device.MayRunOn, err = as.locale.devices(text)
	slices.Sort(r.device.MayRunOn)
	r.device.MayRunOn = slices.Compact(r.device.MayRunOn)
	return err
}

func setStayHosts(r *record, text string, as reading) (err error) {
	r.stayHosts, err = as.locale.devices(text)
	r.stayBad = r.stayBad || err != nil
	return err
}

func setStaysSince(r *record, text string, as reading) error {
	texts, err := as.locale.entries(text)
	since := make([]time.Time, len(texts))
	for i, t := range texts {
		if err == nil {
			since[i], err = as.locale.instant(t, as.dates)
		}
	}
	if err != nil {
		r.stayBad = true
		return err
	}
	r.staySince = since
	return nil
}

// stays joins the two halves of where a device has run.
func (r *record) stays() error {
	switch {
	case r.stayBad || r.stayHosts == nil && r.staySince == nil:
		return nil
	case len(r.stayHosts) != len(r.staySince):
		return fmt.Errorf("stay_hosts has %d entries and stays_since %d: where the device has run is not known", len(r.stayHosts), len(r.staySince))
	}
	r.device.Stays = make([]compliance.Stay, len(r.stayHosts))
	for i := range r.stayHosts {
		r.device.Stays[i] = compliance.Stay{Host: r.stayHosts[i], Since: r.staySince[i]}
	}
	return nil
}

// settle puts facts together that stand in several cells. Facts that do not go
// together are taken out, and the error says which.
func (r *record) settle() error {
	errs := []error{r.stays()}
	if d := &r.device; d.StandbyFor != "" && d.StandbyFor == d.ID {
		d.StandbyFor = ""
		errs = append(errs, errors.New("standby_for names the device itself"))
	}
	if l := &r.license; l.UnitPrice.Valid && l.Currency == "" {
		l.UnitPrice.Valid = false
		errs = append(errs, errors.New("unit_price needs a currency"))
	}
	return errors.Join(errs...)
}

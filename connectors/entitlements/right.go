package entitlements

import (
	"errors"
	"fmt"
	"strconv"
	"strings"

	"github.com/trueup-dev/trueup/compliance"
)

// each is a list whose members have a form of their own.
func each[T, M any](name string, parse func(string) (M, error), at func(*T) *[]M) field[T] {
	return field[T]{name, false, func(t *T, v string) error {
		var members []string
		if err := list(name, func(m *[]string) *[]string { return m }).set(&members, v); err != nil {
			return err
		}
		for _, text := range members {
			m, err := parse(text)
			if err != nil {
				return err
			}
			*at(t) = append(*at(t), m)
		}
		return nil
	}}
}

// parseRelease reads EDITION/VERSION, or a version alone.
func parseRelease(v string) (compliance.Release, error) {
	edition, version, both := strings.Cut(v, "/")
	if !both {
		edition, version = "", v
	}
	r := compliance.Release{Edition: strings.TrimSpace(edition), Version: strings.TrimSpace(version)}
	if r == (compliance.Release{}) {
		return r, fmt.Errorf("%q is not a release; write Standard/2019, or 2019 for the edition that was bought", v)
	}
	return r, nil
}

// parsePool reads a quantity and the entities it is for: 50 DE01 AT01.
func parsePool(v string) (compliance.Pool, error) {
	words := strings.Fields(v)
	if len(words) < 2 {
		return compliance.Pool{}, fmt.Errorf("%q is not a pool; write the quantity and the entities, as in 50 DE01 AT01", v)
	}
	q, err := parseNumber(words[0])
	return compliance.Pool{Quantity: q, Entities: words[1:]}, err
}

// parseAllocation reads a quantity, a kind and a consumer: 1 permanent laptop-17.
func parseAllocation(v string) (compliance.Allocation, error) {
	quantity, rest, _ := strings.Cut(v, " ")
	word, consumer, _ := strings.Cut(strings.TrimSpace(rest), " ")
	kind, known := compliance.ParseAllocationKind(word)
	if !known {
		return compliance.Allocation{}, fmt.Errorf("%q is not an allocation; write quantity, normal or awaiting or permanent, and consumer, as in 1 permanent laptop-17", v)
	}
	q, err := parseNumber(quantity)
	if err == nil && !q.IsPositive() {
		err = errors.New("an allocation of nothing has no effect")
	}
	a := compliance.Allocation{Quantity: q, Kind: kind, Consumer: strings.TrimSpace(consumer)}
	if err == nil && a.Consumer == "" {
		err = fmt.Errorf("%q lacks its consumer", v)
	}
	return a, err
}

func parsePriority(v string) (int, error) {
	n, err := strconv.Atoi(v)
	if err != nil {
		return 0, fmt.Errorf("%q is not a whole number", v)
	}
	return n, nil
}

// parseCount reads a number of machines.
func parseCount(v string) (int, error) {
	n, err := strconv.Atoi(v)
	if err != nil || n < 0 {
		return 0, fmt.Errorf("%q is not a number of machines", v)
	}
	return n, nil
}

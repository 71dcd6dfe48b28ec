package usage

import (
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// expected is what a reference says of one feature; nil where it says nothing.
type expected struct {
	name        string // as the reference spells it
	owned, used int64
	holders     []string // "user host version licences", sorted; nil: not compared
	lots        []string
}

func lmstatReference(t *testing.T, raw json.RawMessage) []expected {
	var ref struct {
		Features map[string]struct {
			Issued, Used int64
			Users        map[string][]struct {
				Num     int64
				Version string
			}
		}
		Expirations []struct {
			Name, Licenses, Vendor, Version string
			Expires                         any `json:"expires_unix"`
		} `json:"feature_expirations"`
	}
	require.NoError(t, json.Unmarshal(raw, &ref))
	var out []expected
	for name, f := range ref.Features {
		sum := map[string]int64{}
		for user, versions := range f.Users {
			for _, v := range versions {
				sum[user+" "+v.Version] += v.Num
			}
		}
		e := expected{name: name, owned: f.Issued, used: f.Used}
		if len(sum) > 0 {
			e.holders = sorted(sum)
		}
		out = append(out, e)
	}
	for _, x := range ref.Expirations {
		i := slices.IndexFunc(out, func(e expected) bool { return e.name == x.Name })
		if i < 0 {
			i = len(out)
			out = append(out, expected{name: x.Name})
		}
		end := fmt.Sprint(x.Expires)
		if n, ok := x.Expires.(float64); ok {
			end = strconv.FormatInt(int64(n), 10)
		}
		out[i].lots = append(out[i].lots, fmt.Sprintf("%s %s %s %s", x.Licenses, x.Version, end, x.Vendor))
	}
	slices.SortFunc(out, func(a, b expected) int { return strings.Compare(a.name, b.name) })
	return out
}

type serverFeature struct {
	Feature     string
	Total, Used int64
	Uses        []struct {
		Booked   int64
		LeadHost string `json:"lead_host"`
		Username string
	}
}

func serversReference(t *testing.T, raw json.RawMessage) []expected {
	var ref struct {
		Kind   string
		Parsed json.RawMessage
	}
	require.NoError(t, json.Unmarshal(raw, &ref))
	features := map[string]serverFeature{}
	if ref.Kind == "flexlm" {
		var one serverFeature
		require.NoError(t, json.Unmarshal(ref.Parsed, &one))
		if one.Feature != "" {
			features[one.Feature] = one
		}
	} else {
		require.NoError(t, json.Unmarshal(ref.Parsed, &features))
	}
	var out []expected
	for name, f := range features {
		sum := map[string]int64{}
		for _, u := range f.Uses {
			sum[u.Username+" "+u.LeadHost] += u.Booked
		}
		e := expected{name: name, owned: f.Total, used: f.Used}
		if len(sum) > 0 {
			e.holders = sorted(sum)
		}
		out = append(out, e)
	}
	slices.SortFunc(out, func(a, b expected) int { return strings.Compare(a.name, b.name) })
	return out
}

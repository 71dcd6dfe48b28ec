package metric

import (
	"context"
	"math/big"

	"github.com/trueup-dev/trueup/compliance/metric/internal/reckon"
)

// cover is the fewest licenses, each held by a user or by a device, such that
// every use has one on either side. Users and devices form a bipartite graph, in
// which that number equals the greatest number of uses of which no two share a
// user or a device (König 1931); augmenting paths find it.
func cover(_ context.Context, args []reckon.Value) (reckon.Value, error) {
	if !args[0].Known() {
		return unsure(0, nil, args[0].Missing), nil
	}
	devices := map[string][]string{}
	var users []string
	open := int64(0)
	for _, v := range args[0].List {
		u := v.Object.(*Use)
		if u.User == "" || u.Device == "" || len(v.Perhaps) > 0 {
			open++
			continue
		}
		if _, known := devices[u.User]; !known {
			users = append(users, u.User)
		}
		devices[u.User] = append(devices[u.User], u.Device)
	}
	holder := map[string]string{}
	n := int64(0)
	for _, u := range users {
		if augment(u, devices, holder, map[string]bool{}) {
			n++
		}
	}
	if open > 0 {
		return unsure(n, big.NewRat(n+open, 1), []string{"use.device", "use.user"}), nil
	}
	return reckon.Int(n), nil
}

// augment finds a device for a user, moving earlier ones to another device where
// that makes room.
func augment(user string, devices map[string][]string, holder map[string]string, tried map[string]bool) bool {
	for _, d := range devices[user] {
		if tried[d] {
			continue
		}
		tried[d] = true
		if other, taken := holder[d]; !taken || augment(other, devices, holder, tried) {
			holder[d] = user
			return true
		}
	}
	return false
}

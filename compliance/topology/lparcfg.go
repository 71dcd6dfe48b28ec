package topology

import (
	"strings"

	"github.com/shopspring/decimal"
)

// parseLparcfg reads /proc/ppc64/lparcfg, "key=value" lines. Capacities are in
// hundredths of a processor.
func parseLparcfg(text []line) (Processors, error) {
	k := readKeyed(text, "=")
	if k.get("partition_id") == "" && k.get("system_type") == "" {
		return Processors{}, formatError(`"partition_id=" or "system_type=" line`)
	}
	part := &Partition{Number: k.get("partition_id"), Name: k.get("partition_name"), Pool: k.get("pool")}
	p := Processors{Architecture: "ppc64", System: k.get("system_type"), Partition: part, Virtual: Yes, Hypervisor: "PowerVM"}
	err := k.counts(map[string]*Count{
		"partition_active_processors":    &part.VirtualCPUs,
		"partition_potential_processors": &part.MaxVirtualCPUs,
		"system_active_processors":       &part.SystemActive,
		"system_potential_processors":    &part.SystemInstalled,
	})
	if err != nil {
		return Processors{}, err
	}
	if part.Entitled, err = k.hundredths("partition_entitled_capacity"); err != nil {
		return Processors{}, err
	}
	if pool, err := k.hundredths("pool_capacity"); err != nil {
		return Processors{}, err
	} else if pool.Valid {
		part.PoolCPUs = Exactly(int(pool.Decimal.IntPart()))
	}
	switch k.get("shared_processor_mode") {
	case "0":
		part.Sharing = Dedicated
	case "1":
		part.Sharing = Shared
	}
	switch k.get("capped") {
	case "0":
		part.Capped = No
	case "1":
		part.Capped = Yes
	}
	p.Cores = part.VirtualCPUs
	return p, nil
}

func (k keyed) hundredths(key string) (decimal.NullDecimal, error) {
	f, ok := k.fields[strings.ToLower(key)]
	if !ok || f.value == "" {
		return decimal.NullDecimal{}, nil
	}
	n, err := f.at.count(f.key, f.value)
	return decimal.NewNullDecimal(decimal.New(int64(n), -2)), err
}

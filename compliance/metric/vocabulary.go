package metric

import (
	"math"
	"math/bits"

	"github.com/trueup-dev/trueup/compliance/metric/internal/reckon"
	"github.com/trueup-dev/trueup/internal/expr"
)

// vocabulary is the kinds that every document may count without declaring them.
func vocabulary() map[string]*kind {
	vm := machineKind()
	return map[string]*kind{
		"host": hostKind(vm), "vm": vm, "use": useKind(), "session": sessionKind(), "entry": entryKind(),
	}
}

// numberOf and its like make a field that a Go struct holds.
func numberOf[T any](name string, positive bool, at func(*T) *Number, as ...string) kindField {
	return kindField{name: name, as: as, typ: expr.Int, positive: positive, number: func(o any) *Number { return at(o.(*T)) }}
}

func textOf[T any](name string, at func(*T) *string, as ...string) kindField {
	return kindField{name: name, as: as, typ: expr.String, text: func(o any) *string { return at(o.(*T)) }}
}

func hostKind(vm *kind) *kind {
	num := numberOf[Host]
	cores := num("cores", true, func(h *Host) *Number { return &h.Cores }, "total_cores", "physical_cores")
	cores.from = []string{"sockets", "cores_per_socket"}
	cores.derived = func(o any) any { return productOf(o.(*Host).Sockets, o.(*Host).CoresPerSocket) }
	perSocket := num("cores_per_socket", true, func(h *Host) *Number { return &h.CoresPerSocket })
	perSocket.from = []string{"sockets", "cores"}
	perSocket.derived = func(o any) any { return quotientOf(o.(*Host).Cores, o.(*Host).Sockets) }
	factor := num("core_factor", false, func(h *Host) *Number { return &h.CoreFactor })
	factor.typ = expr.Decimal
	vmCount := num("vm_count", false, func(h *Host) *Number { return &h.VMCount }, "vms")
	vmCount.label = "vms"
	vmCount.from = []string{"vms"}
	vmCount.derived = func(o any) any { return countVMs(o.(*Host).VMs) }
	return (&kind{
		name:  "host",
		make:  func() any { return &Host{} },
		count: func(o any) *int { return &o.(*Host).Count },
		id:    func(o any) *string { return &o.(*Host).ID },
		fields: []kindField{
			num("sockets", true, func(h *Host) *Number { return &h.Sockets }),
			num("socket_capacity", true, func(h *Host) *Number { return &h.SocketCapacity }),
			perSocket, cores,
			num("threads_per_core", true, func(h *Host) *Number { return &h.ThreadsPerCore }),
			factor,
			num("pvu_per_core", true, func(h *Host) *Number { return &h.PVUPerCore }),
			textOf("processor", func(h *Host) *string { return &h.Processor }, "processor_model"),
			textOf("vendor", func(h *Host) *string { return &h.Vendor }),
			num("speed_mhz", true, func(h *Host) *Number { return &h.SpeedMHz }),
			textOf("system", func(h *Host) *string { return &h.System }),
			textOf("purchased", func(h *Host) *string { return &h.Purchased }),
			{name: "linux_only", typ: expr.Bool, flag: func(o any) *Flag { return &o.(*Host).LinuxOnly }},
			textOf("cluster", func(h *Host) *string { return &h.Cluster }),
			textOf("vcenter", func(h *Host) *string { return &h.VCenter }),
			textOf("region", func(h *Host) *string { return &h.Region }),
			textOf("datacenter", func(h *Host) *string { return &h.DataCenter }),
			{name: "runs", typ: expr.Bool, flag: func(o any) *Flag { return &o.(*Host).Runs }},
			{name: "may_run", typ: expr.Bool, flag: func(o any) *Flag { return &o.(*Host).MayRun }},
			vmCount,
			{name: "vms", typ: expr.List(expr.Object(vm.schema)), elem: vm, list: func(o any) any { return listVMs(o.(*Host).VMs) }, setList: func(o any, things []any) {
				h := o.(*Host)
				h.VMs = []Machine{}
				for _, t := range things {
					h.VMs = append(h.VMs, *t.(*Machine))
				}
			}},
		},
	}).finish()
}

// productOf is the whole number of cores of sockets that all have as many. A
// product that no integer holds is not known: no machine has it.
func productOf(a, b Number) any {
	if a.known && b.known && a.places == 0 && b.places == 0 {
		if high, low := bits.Mul64(uint64(a.mantissa), uint64(b.mantissa)); high == 0 && low <= math.MaxInt64 {
			return int64(low)
		}
	}
	return nil
}

// quotientOf is the cores of one socket where they divide evenly; where they do
// not, the sockets differ and nobody knows how.
func quotientOf(a, b Number) any {
	if a.known && b.known && a.places == 0 && b.places == 0 && b.mantissa > 0 && a.mantissa%b.mantissa == 0 {
		return a.mantissa / b.mantissa
	}
	return nil
}

func countVMs(vms []Machine) any {
	if vms == nil {
		return nil
	}
	n := 0
	for _, m := range vms {
		n += max(m.Count, 1)
	}
	return n
}

func listVMs(vms []Machine) any {
	if vms == nil {
		return nil
	}
	out := make([]any, len(vms))
	for i := range vms {
		out[i] = &vms[i]
	}
	return out
}

func machineKind() *kind {
	num, text := numberOf[Machine], textOf[Machine]
	return (&kind{
		name:  "vm",
		make:  func() any { return &Machine{} },
		count: func(o any) *int { return &o.(*Machine).Count },
		id:    func(o any) *string { return &o.(*Machine).ID },
		fields: []kindField{
			num("vcpus", true, func(m *Machine) *Number { return &m.VCPUs }, "vcores"),
			num("instance_vcpus", true, func(m *Machine) *Number { return &m.InstanceVCPUs }, "vcpus_of_instance_type"),
			num("active_vcpus", true, func(m *Machine) *Number { return &m.ActiveVCPUs }),
			num("days_since_left", false, func(m *Machine) *Number { return &m.DaysSinceLeft }),
			text("role", func(m *Machine) *string { return &m.Role }),
			text("state", func(m *Machine) *string { return &m.State }),
			text("host", func(m *Machine) *string { return &m.Host }),
			text("type", func(m *Machine) *string { return &m.Type }),
			{name: "hyperthreading", typ: expr.Bool, flag: func(o any) *Flag { return &o.(*Machine).Hyperthreading }},
		},
	}).finish()
}

func useKind() *kind {
	text := textOf[Use]
	return (&kind{
		name:  "use",
		make:  func() any { return &Use{} },
		count: func(o any) *int { return &o.(*Use).Count },
		id:    func(o any) *string { return &o.(*Use).ID },
		fields: []kindField{
			text("user", func(u *Use) *string { return &u.User }),
			text("device", func(u *Use) *string { return &u.Device }),
			text("kind", func(u *Use) *string { return &u.Kind }),
		},
	}).finish()
}

func sessionKind() *kind {
	num := numberOf[Session]
	return (&kind{
		name:  "session",
		make:  func() any { return &Session{} },
		count: func(any) *int { return nil },
		id:    func(o any) *string { return &o.(*Session).ID },
		fields: []kindField{
			num("start", false, func(s *Session) *Number { return &s.Start }),
			num("end", false, func(s *Session) *Number { return &s.End }),
			num("quantity", false, func(s *Session) *Number { return &s.Quantity }),
			textOf("user", func(s *Session) *string { return &s.User }),
		},
	}).finish()
}

// entryKind is one entry of a mapping from names to numbers.
func entryKind() *kind {
	return recordKind("entry", []kindField{
		{name: "name", typ: expr.String},
		{name: "number", typ: expr.Decimal, derived: labelledByName},
	})
}

// labelledByName is the number of an entry, which counts what the entry is called.
func labelledByName(o any) any {
	r := o.(*Record)
	n, _ := r.Fields["number"].(Number)
	d, known := n.Decimal()
	if !known {
		return nil
	}
	exact := d.Rat()
	return reckon.NumberValue(exact, reckon.Labelled(reckon.Exactly(exact), r.ID))
}

// recordKind is a kind that a document declares.
func recordKind(name string, fields []kindField) *kind {
	return (&kind{
		name: name, fields: fields,
		make:  func() any { return &Record{Fields: map[string]Value{}} },
		count: func(o any) *int { return &o.(*Record).Count },
		id:    func(o any) *string { return &o.(*Record).ID },
	}).finish()
}

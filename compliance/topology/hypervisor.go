package topology

import "strings"

// hypervisorMarks are words by which firmware of a virtual machine gives its
// hypervisor away, in the maker or the product of the system.
var hypervisorMarks = []struct{ mark, name string }{
	{"vmware", "VMware"}, {"virtualbox", "VirtualBox"}, {"innotek", "VirtualBox"},
	{"virtual machine", "Hyper-V"}, {"kvm", "KVM"}, {"qemu", "QEMU"}, {"bochs", "QEMU"},
	{"standard pc (", "QEMU"}, {"openstack", "KVM"}, {"rhev", "KVM"}, {"ovirt", "KVM"},
	{"hvm domu", "Xen"}, {"xen", "Xen"}, {"parallels", "Parallels"}, {"amazon ec2", "Amazon EC2"},
	{"google compute engine", "Google Compute Engine"}, {"nutanix ahv", "AHV"}, {"bhyve", "bhyve"},
	{"apple virtualization", "Apple Virtualization"}, {"alibaba cloud ecs", "KVM"},
}

// hypervisorOf names the hypervisor of a system described by its firmware;
// empty when it looks like a physical machine, which firmware cannot prove.
func hypervisorOf(system string) string {
	system = strings.ToLower(system)
	if strings.Contains(system, "amazon ec2") && strings.Contains(system, ".metal") {
		return ""
	}
	for _, h := range hypervisorMarks {
		if strings.Contains(system, h.mark) {
			return h.name
		}
	}
	return ""
}

// virtualModel says whether a processor names itself virtual.
func virtualModel(model string) bool {
	model = strings.ToLower(model)
	for _, mark := range []string{"qemu", "virtual cpu", "kvm processor", "virtual processor", "virtualapple"} {
		if strings.Contains(model, mark) {
			return true
		}
	}
	return false
}

// setSystem records the machine and what it tells of a hypervisor.
func (p *Processors) setSystem(maker, product string) {
	maker, product = cleanModel(maker), cleanModel(product)
	p.System = squeeze(maker + " " + product)
	if strings.HasPrefix(strings.ToLower(product), strings.ToLower(maker)) {
		p.System = product
	}
	if h := hypervisorOf(p.System); h != "" {
		p.Virtual, p.Hypervisor = Yes, h
	}
}

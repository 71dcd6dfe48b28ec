package catalog

// Title is what an inventory says of one install, unaltered. Every field but
// Name may be empty; Name may be anything.
type Title struct {
	Publisher string
	// Name is the display name: of an uninstall entry, a bundle, a package.
	Name string
	// Version is the full version that the inventory reports beside the name.
	Version string
	Edition string
	// ProductCode is the key under which the operating system files the
	// install: an MSI product code, the name of an uninstall key, a bundle
	// identifier.
	ProductCode  string
	Architecture string
}

// ProductKey names a product across titles, versions and editions:
// "publisher/product" in lower case, such as "microsoft/sql-server". It is what
// entitlements and positions refer to and does not change when a catalogue
// grows, unless a derived key gives way to an entry.
type ProductKey string

// PackageKey names what a package manager would keep apart within a product:
// release line, edition, channel, region and, where each is a package of its
// own, architecture, as in "jetbrains/clion:eap" or "python/python:3.11".
//
// The key of a derived product is its name as titled, without the publisher,
// because inventories often leave the publisher out for some installs of a
// package and not for others.
type PackageKey string

// Product is what a title was recognised as.
type Product struct {
	Publisher string
	Name      string
	// Version is the version under which the product is sold: "2019" of
	// SQL Server 15.0.2000.5, "2008 R2", "19c"; where a product is sold under
	// its full version it is that. Empty when unknown.
	Version string
	// Edition is the edition's name in the catalogue's spelling, empty when the
	// title does not tell.
	Edition string
	Key     ProductKey
}

// Status says how far recognition came.
type Status uint8

const (
	// Invalid is the status of a Recognition that Recognise did not make.
	Invalid Status = iota
	// Recognised titles are explained by an entry of the catalogue.
	Recognised
	// Derived titles have no entry; publisher and product are read off the
	// title itself, consistently, but nobody vouches for them.
	Derived
	// Ignored titles need no license of their own: patches, drivers, language
	// packs and components of a product that is counted by itself.
	Ignored
	// Unrecognised titles hold nothing that a product could be read from.
	Unrecognised
)

// String is the status in lower case.
func (s Status) String() string {
	switch s {
	case Recognised:
		return "recognised"
	case Derived:
		return "derived"
	case Ignored:
		return "ignored"
	case Unrecognised:
		return "unrecognised"
	}
	return "invalid"
}

// Licensing says whether installs of a product need an entitlement.
type Licensing uint8

const (
	// LicensingUnknown is the licensing of everything that has no entry.
	LicensingUnknown Licensing = iota
	// LicensingPaid products need an entitlement.
	LicensingPaid
	// LicensingFree products may be used without one.
	LicensingFree
)

// String is the word that documents use.
func (l Licensing) String() string {
	switch l {
	case LicensingPaid:
		return "paid"
	case LicensingFree:
		return "free"
	}
	return "unknown"
}

// Recognition is the answer to one title.
type Recognition struct {
	Product Product
	Package PackageKey
	Status  Status
	// FullVersion is the version in all its digits: the inventory's, else the
	// longest in the name.
	FullVersion string
	// Channel is the release channel, such as "beta" or "eap"; empty for
	// regular releases.
	Channel   string
	Licensing Licensing
	// Rule names what decided: "entry microsoft/sql-server",
	// "ignored as patch: kb number", "derived from name".
	Rule string
}

package remediation

import (
	"github.com/shopspring/decimal"

	"github.com/trueup-dev/trueup/compliance"
	"github.com/trueup-dev/trueup/compliance/catalog"
	"github.com/trueup-dev/trueup/compliance/document"
)

// QuoteDocument is an offer of a seller.
type QuoteDocument struct {
	At document.Position `yaml:"-"`
	// Name is the seller's number of the quote.
	Name    string             `yaml:"name,required"`
	Product catalog.ProductKey `yaml:"product,required"`
	// Edition is what is offered; empty is any.
	Edition string `yaml:"edition"`
	// Pack is how many units come together, at Price; left out, one.
	Pack     int             `yaml:"pack"`
	Price    decimal.Decimal `yaml:"price,required"`
	Currency string          `yaml:"currency,required"`
	// Tiers are prices from larger numbers of packs on. A tier's price is for all packs,
	// or with Graduated for those from its number on.
	Tiers     []TierDocument `yaml:"tiers"`
	Graduated bool           `yaml:"graduated"`
	// Until is when the quote ends, exclusive. Most is how many packs it is for; left
	// out, as many as are needed.
	Until Date `yaml:"until,required"`
	Most  int  `yaml:"most"`
}

// RenewalDocument is an offer to prolong an entitlement.
type RenewalDocument struct {
	At          document.Position        `yaml:"-"`
	Entitlement compliance.EntitlementID `yaml:"entitlement,required"`
	// Term is until when it then runs, exclusive, and Price what the whole of it costs.
	Term     Date            `yaml:"term,required"`
	Price    decimal.Decimal `yaml:"price,required"`
	Currency string          `yaml:"currency,required"`
	// Until is when the offer ends, exclusive.
	Until Date `yaml:"until,required"`
	// Maintenance says that it is for the maintenance only, which then runs until Term.
	Maintenance bool `yaml:"maintenance"`
}

// TierDocument is a price that holds from a number of packs on.
type TierDocument struct {
	At    document.Position `yaml:"-"`
	From  int               `yaml:"from,required"`
	Price decimal.Decimal   `yaml:"price,required"`
}

// BundleDocument is an offer of several products together.
type BundleDocument struct {
	At    document.Position `yaml:"-"`
	Name  string            `yaml:"name,required"`
	Items []BundleItem      `yaml:"items,required"`
	// Price is that of one bundle.
	Price    decimal.Decimal `yaml:"price,required"`
	Currency string          `yaml:"currency,required"`
	// Until is when the offer ends, exclusive. Most is how many bundles it is for; left
	// out, as many as are needed.
	Until Date `yaml:"until,required"`
	Most  int  `yaml:"most"`
}

// BundleItem is what one bundle has of one product: Units, left out, are one.
type BundleItem struct {
	Product catalog.ProductKey `yaml:"product,required"`
	Edition string             `yaml:"edition"`
	Units   int                `yaml:"units"`
}

// StepUpDocument is an offer to owners of one edition to have another instead.
type StepUpDocument struct {
	At      document.Position  `yaml:"-"`
	Name    string             `yaml:"name,required"`
	Product catalog.ProductKey `yaml:"product,required"`
	From    string             `yaml:"from,required"`
	To      string             `yaml:"to,required"`
	// Price is that of one unit, Until when the offer ends, exclusive.
	Price    decimal.Decimal `yaml:"price,required"`
	Currency string          `yaml:"currency,required"`
	Until    Date            `yaml:"until,required"`
}

// CoTermDocument is an offer to renew entitlements to one common end. Each is paid from
// the day on which it ends, or has ended, to that day.
type CoTermDocument struct {
	At           document.Position `yaml:"-"`
	Name         string            `yaml:"name,required"`
	Entitlements []CoTermItem      `yaml:"entitlements,required"`
	// Term is the common end, exclusive, Until when the offer ends, exclusive.
	Term     Date   `yaml:"term,required"`
	Currency string `yaml:"currency,required"`
	Until    Date   `yaml:"until,required"`
}

// CoTermItem is one entitlement of a co-term offer with its price for a year.
type CoTermItem struct {
	Entitlement compliance.EntitlementID `yaml:"entitlement,required"`
	Annual      decimal.Decimal          `yaml:"annual,required"`
}

// DowngradeDocument allows one edition or version in place of another. Entries for the
// same From are in the order in which they are wanted.
type DowngradeDocument struct {
	At      document.Position  `yaml:"-"`
	Product catalog.ProductKey `yaml:"product,required"`
	From    ReleaseDocument    `yaml:"from,required"`
	To      ReleaseDocument    `yaml:"to,required"`
	// Lacks are the features that the lesser one has not. Whoever uses one of them
	// keeps what is there.
	Lacks []string `yaml:"lacks"`
}

// ReleaseDocument is an edition and version; empty leaves either as it is.
type ReleaseDocument struct {
	Edition string `yaml:"edition"`
	Version string `yaml:"version"`
}

// TitleDocument is what sources call an edition and version of a product.
type TitleDocument struct {
	At      document.Position  `yaml:"-"`
	Product catalog.ProductKey `yaml:"product,required"`
	Edition string             `yaml:"edition"`
	Version string             `yaml:"version"`
	Title   ReportedTitle      `yaml:"title,required"`
}

// ReportedTitle is a title as a source reports it.
type ReportedTitle struct {
	Publisher string `yaml:"publisher"`
	Name      string `yaml:"name,required"`
	Version   string `yaml:"version"`
	Edition   string `yaml:"edition"`
}

func (t ReportedTitle) title() catalog.Title {
	return catalog.Title{Publisher: t.Publisher, Name: t.Name, Version: t.Version, Edition: t.Edition}
}

// NegotiationDocument is something that may be asked of a publisher or reseller.
type NegotiationDocument struct {
	At      document.Position  `yaml:"-"`
	Name    string             `yaml:"name,required"`
	Product catalog.ProductKey `yaml:"product,required"`
	// Topic is what is asked for, Approver the role that must agree to asking.
	Topic    string `yaml:"topic,required"`
	Approver string `yaml:"approver,required"`
}

// AcceptanceDocument is leave to stay short for a while.
type AcceptanceDocument struct {
	At      document.Position  `yaml:"-"`
	Product catalog.ProductKey `yaml:"product,required"`
	// Approver is the role whose leave it is, Until its end, exclusive. There is no
	// acceptance without either.
	Approver string `yaml:"approver,required"`
	Until    Date   `yaml:"until,required"`
	Reason   string `yaml:"reason,required"`
	// Most is the largest exposure, in the policy's currency, that it is for; left out,
	// any.
	Most decimal.NullDecimal `yaml:"most"`
}

package entitlements

import (
	"github.com/shopspring/decimal"

	"github.com/trueup-dev/trueup/compliance"
	"github.com/trueup-dev/trueup/compliance/catalog"
	"github.com/trueup-dev/trueup/compliance/document"
	"github.com/trueup-dev/trueup/compliance/ledger"
	"github.com/trueup-dev/trueup/compliance/metric"
)

// LicensingDocument says how a product is licensed, in a file of licensing or in a
// playbook; see [compliance.Licensing].
type LicensingDocument struct {
	At       document.Position  `yaml:"-"`
	Product  catalog.ProductKey `yaml:"product,required"`
	Edition  string             `yaml:"edition"`
	Metric   document.Text      `yaml:"metric,required"`
	Price    *decimal.Decimal   `yaml:"price"`
	Currency string             `yaml:"currency"`
	Tier     string             `yaml:"tier"`
	// Parameters and Choices set what the metric's document leaves open.
	Parameters map[string]decimal.Decimal `yaml:"parameters"`
	Choices    map[string]string          `yaml:"choices"`

	Layers       []LayerDocument      `yaml:"layers"`
	Whole        document.Text        `yaml:"whole"`
	ReassignDays int                  `yaml:"reassign_days"`
	Suite        *SuiteDocument       `yaml:"suite"`
	Through      []catalog.ProductKey `yaml:"through"`

	// The dates of the statement; see package ledger.
	Effective    document.Text `yaml:"effective"`
	RecordedAt   document.Text `yaml:"recorded_at"`
	SupersededAt document.Text `yaml:"superseded_at"`
}

// Statement is what the document says, with its dates.
func (d LicensingDocument) Statement() (ledger.Dates, compliance.Licensing, document.Problems) {
	line, ps := d.Licensing()
	s := object(&ps, line, nil, d.texts(), d.At, func(compliance.Licensing) error { return nil })
	return s.dates, s.fact, ps
}

// LayerDocument is a layer of a product; see [compliance.Layer].
type LayerDocument struct {
	Name        string           `yaml:"name,required"`
	Metric      metric.Key       `yaml:"metric,required"`
	Edition     string           `yaml:"edition"`
	Carries     []string         `yaml:"carries"`
	Machines    int              `yaml:"machines"`
	Cluster     bool             `yaml:"cluster"`
	Maintenance bool             `yaml:"maintenance"`
	Price       *decimal.Decimal `yaml:"price"`
	Currency    string           `yaml:"currency"`
}

// SuiteDocument says when members count as a suite; see [compliance.Suite].
type SuiteDocument struct {
	Members   []catalog.ProductKey `yaml:"members,required"`
	Mandatory []catalog.ProductKey `yaml:"mandatory"`
	Share     *decimal.Decimal     `yaml:"share"`
	Count     int                  `yaml:"count"`
}

// Licensing is what the document says. Problems are of type [document.Problems],
// and their positions those of the document.
func (d LicensingDocument) Licensing() (compliance.Licensing, document.Problems) {
	var ps document.Problems
	l := compliance.Licensing{Product: d.Product, Edition: d.Edition, Metric: metric.Key(d.Metric.Value), Tier: d.Tier,
		Parameters: d.Parameters, Choices: d.Choices, ReassignDays: d.ReassignDays, Through: d.Through}
	price := func(of string, amount *decimal.Decimal, currency string) compliance.Money {
		if amount == nil {
			return compliance.Money{}
		}
		if currency == "" {
			ps = append(ps, &document.Problem{At: d.At, Message: "the price of " + of + " lacks its currency"})
		}
		return compliance.Money{Amount: *amount, Currency: currency}
	}
	l.Price = price(string(d.Product), d.Price, d.Currency)
	for _, y := range d.Layers {
		l.Layers = append(l.Layers, compliance.Layer{Name: y.Name, Metric: y.Metric, Edition: y.Edition, Carries: y.Carries,
			Machines: y.Machines, Cluster: y.Cluster, Maintenance: y.Maintenance, Price: price("layer "+y.Name, y.Price, y.Currency)})
	}
	whole, known := compliance.ParseWholeness(d.Whole.Value)
	if l.Whole = whole; !known {
		ps = append(ps, d.Whole.Problem(1, 1, "%q is no kind of wholeness; known are consumer and product", d.Whole.Value))
	}
	if s := d.Suite; s != nil {
		l.Suite = &compliance.Suite{Members: s.Members, Mandatory: s.Mandatory, Count: s.Count}
		switch {
		case s.Share != nil:
			l.Suite.Share = *s.Share
		case s.Count == 0: // a suite of which nothing is said is there when all of it is
			l.Suite.Share = decimal.NewFromInt(1)
		}
	}
	return l, ps
}

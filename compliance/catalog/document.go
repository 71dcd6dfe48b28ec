package catalog

import "github.com/trueup-dev/trueup/compliance/document"

// catalogDoc is one catalogue document. Every part may be left out, and several
// documents add up; data/README.md describes the fields for authors.
type catalogDoc struct {
	Words      wordsDoc       `yaml:"words"`
	Publishers []publisherDoc `yaml:"publishers"`
	Products   []productDoc   `yaml:"products"`
	Ignored    []ignoredDoc   `yaml:"ignored"`
}

// wordsDoc is the vocabulary that titles share whatever their product.
type wordsDoc struct {
	Architectures []namedDoc `yaml:"architectures"`
	Channels      []namedDoc `yaml:"channels"`
	Editions      []namedDoc `yaml:"editions"`
	// Names are edition words that may as well end a product's name; derivation
	// leaves them there.
	Names []string `yaml:"names"`
	// Languages are language codes and names, meaningless in brackets.
	Languages []string `yaml:"languages"`
	// Counters make the number after them a version, not a part of the name.
	Counters []string `yaml:"counters"`
	// Levels make it a patch level of the version.
	Levels []string `yaml:"levels"`
	// Fillers are words without meaning anywhere.
	Fillers []string `yaml:"fillers"`
	// Noise are phrases without meaning in brackets.
	Noise []string `yaml:"noise"`
	// Openers are verbs before a name: "Uninstall Foo Bar".
	Openers []string `yaml:"openers"`
	// Asides open brackets that speak of another name.
	Asides []string `yaml:"asides"`
	// Legal are the forms of companies, dropped from publishers.
	Legal []string `yaml:"legal"`
	// Distributions are words of publishers that package what others make.
	Distributions []string `yaml:"distributions"`
	// Redistributable are words that make each architecture a package.
	Redistributable []string `yaml:"redistributable"`
}

// namedDoc is a name and the phrases that titles use for it; without phrases the
// name itself is one.
type namedDoc struct {
	Name   string   `yaml:"name,required"`
	Titles []string `yaml:"titles"`
}

type publisherDoc struct {
	Key     document.Text `yaml:"key,required"`
	Name    string        `yaml:"name,required"`
	Aliases []string      `yaml:"aliases"`
	// Channels tell the publisher's channels by the form of the version.
	Channels []channelDoc `yaml:"channels"`
}

type channelDoc struct {
	Name    string        `yaml:"name,required"`
	Version document.Text `yaml:"version,required"`
}

type productDoc struct {
	At     document.Position `yaml:"-"`
	Key    document.Text     `yaml:"key,required"`
	Name   string            `yaml:"name,required"`
	Titles []document.Text   `yaml:"titles,required"`
	// Distinct titles identify the product without naming its publisher.
	Distinct bool `yaml:"distinct"`
	// Loose titles may be followed by any words.
	Loose    bool       `yaml:"loose"`
	Editions []namedDoc `yaml:"editions"`
	// Releases are versions that are sold under a name: XP, CS6.
	Releases []namedDoc `yaml:"releases"`
	// Fillers are phrases of this product's titles that mean nothing.
	Fillers []string `yaml:"fillers"`
	// Versions gives the version sold for the start of a full version.
	Versions map[string]string `yaml:"versions"`
	// Line is how fine release lines are told apart in package keys: none,
	// number, major, minor or a regular expression over the full version.
	Line document.Text `yaml:"line"`
	// Lines renames lines, so that several become one.
	Lines map[string]string `yaml:"lines"`
	// Channels renames channels, so that several become one.
	Channels map[string]string `yaml:"channels"`
	// Rolling channels carry every line: a preview has no line of its own.
	Rolling       bool `yaml:"rolling"`
	Architectures bool `yaml:"architectures"`
	// Licence is paid, free, unknown, or edition: paid where the title names an
	// edition, else unknown.
	Licence document.Text `yaml:"licence"`
	// Free are editions that need no entitlement.
	Free    []document.Text `yaml:"free"`
	Members []document.Text `yaml:"members"`
	Support []supportDoc    `yaml:"support"`
}

// supportDoc is when the publisher's support of a version ends.
type supportDoc struct {
	Version  string        `yaml:"version,required"`
	Ends     document.Text `yaml:"ends,required"`
	Extended document.Text `yaml:"extended"`
	Source   string        `yaml:"source,required"`
}

// ignoredDoc are titles that need no license of their own.
type ignoredDoc struct {
	As string `yaml:"as,required"`
	// Starts, Ends and Holds are phrases at the start, at the end and anywhere.
	Starts []string `yaml:"starts"`
	Ends   []string `yaml:"ends"`
	Holds  []string `yaml:"holds"`
	// Begins are the first letters of names of one word.
	Begins []string `yaml:"begins"`
	// Versions is a regular expression over the full version.
	Versions document.Text `yaml:"versions"`
	// Publishers restricts the rule to titles of these publishers. A rule that
	// says nothing else ignores every title of theirs without an exact entry.
	Publishers []document.Text `yaml:"publishers"`
	// Distributions restricts it to what distributions package.
	Distributions bool `yaml:"distributions"`
}

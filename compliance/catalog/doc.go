// Package catalog recognises raw software titles as products.
//
// Inventories report what installers wrote: "Microsoft SQL Server 2019 Standard
// (64-bit)", "Mozilla Firefox (x64 de)", "Wondershare DemoCreator(Build 5.5.1)",
// "libssl3". Entitlements speak of products, versions and editions. A [Catalog]
// leads from one to the other with [Catalog.Recognise], a pure function of the
// title.
//
// # How a title is read
//
// The name is folded (compatibility composition, lower case, no trade marks) and
// split into tokens, each of which is a word, a number, a version, an
// architecture, a channel, the number of a patch, or noise. A number belongs to
// the name when it stands alone ("Office 2016", "LINQPad 8") and is a version
// when a word such as "version" or "build" says so or when it has several parts
// ("8.86"). Then, first answer wins:
//
//  1. An entry of the catalogue, when its phrase opens the title, the longest
//     phrase first, and every word left is explained: an edition, a language,
//     the publisher, a filler that the entry names. "SQL Server 2019 Standard" is
//     SQL Server; "SQL Server 2019 Backup Wizard" is not. A pattern that is
//     merely contained in a title never decides; that is how over-broad
//     catalogues count every "connect" as one product.
//  2. An ignore rule: patches, drivers, language packs, components.
//  3. A loose entry, whose titles may end in any words.
//  4. Derivation: the words of the title themselves, without versions,
//     architecture and noise. Nothing is dropped: what has no entry still gets a
//     stable key, is counted and shows in [Catalog.Rank].
//
// The publisher that an inventory names decides against an entry when it is
// known to be another. Phrases that several publishers use ("Project", "Access",
// "Reader") need their publisher, in the title or beside it; entries marked
// distinct do not, because inventories often leave it out.
//
// # Product and package
//
// [Product.Key] is what licenses are for: editions and versions are fields beside
// it. [Recognition.Package] is finer and tells what package managers keep apart:
// release lines that are installed side by side (Python 3.11 and 3.12), editions,
// channels, regions, and architectures of redistributables. How fine lines are is
// a fact of the product and stands in its entry.
//
// # Licensing
//
// [Recognition.Licensing] says whether an install needs an entitlement, as far as
// its title tells: free editions of paid products (SQL Server Express) are free,
// and where one installer serves paid and free users (the 64-bit Adobe Acrobat) it
// is unknown until an edition shows. What a Linux distribution packages is never
// taken for the product of the same name that is sold, and a publisher that nobody
// knows does not sell another's product: a false shortfall costs more than an
// entry that [Catalog.Rank] asks for.
//
// # Documents
//
// Publishers, products, ignore rules and vocabulary are YAML documents, described
// in data/README.md; those in data/ are embedded. [Default] takes further
// documents on top, and a later document wins. A mistake in a document is
// reported with file, line and column, all mistakes at once.
//
// # What is left out
//
// There is no similarity search and nothing learned: an answer names the rule
// that gave it, and equal titles give equal answers on every machine. File
// signatures and process names are not read. MSI product codes only tell regions
// apart; they change with each release, so a catalogue of them is a subscription,
// not a document.
package catalog

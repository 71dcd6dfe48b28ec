// Package topology turns what machines print of their processors into sockets,
// cores, threads, model and partition capacity, and finds a processor's row in a
// vendor's table.
//
// Most of what software costs is counted in cores, so a wrong core count is a
// wrong bill. The dumps that inventories hold were made for people: one lists
// threads and leaves the cores out, one counts what is fitted and one what is
// switched on, a guest shows sockets that no machine has. This package reads each
// kind by its own rules and is careful about one thing above all: what a dump
// does not say is unknown, never a guess that looks like a fact.
//
// # Use
//
// [Parse] reads one dump of a [Kind]. [Read] joins several of one machine, the
// operating system's view first. [Local] reads the Linux machine that the
// program runs on. [NewMatcher] takes the rows of a table, such as Oracle's core
// factors or IBM's PVU per core, and [Matcher.Match] finds the row of a
// processor, or says why it cannot and between which values the answer lies.
//
// # Facts, bounds, assumptions
//
// A [Count] is exact, a range, or unknown; its zero value is unknown. Bounds are
// drawn only from what must hold: sockets <= cores <= threads, and what makers
// publish of a processor family (a POWER7 core runs at most four threads and a
// chip has at most eight, so 64 threads are 16 to 64 cores). Where bounds meet,
// the number is known. [Processors.Missing] names what is not. Where a count
// rests on more than the dump, which happens only for SPARC T strands before
// Solaris 11 and for machinfo without its LCPU line, [Processors.Assumed] says so, and a
// caller that lowers confidence for it is right.
//
// # What is counted
//
// Sockets, Cores and Threads are those in use; Installed has what is fitted:
// a server delivered with 18 cores of which 4 are enabled counts 4 and has
// 18 installed. SocketCapacity is what the board can hold. Licences differ in which they
// count, so all three are kept apart. In a guest or partition the counts are
// those that it is shown, Virtual says so, and Partition holds what the
// hypervisor grants: entitled capacity as an exact decimal, capped or not,
// virtual processors, pool, and what of the machine is not activated.
//
// # Input
//
// Dumps are read by format: line ends of any system, UTF-8 or UTF-16 with a byte
// order mark, decimal commas. A field that cannot be read is an [*Error] with
// kind, line and column; a dump that was cut short gives what it still holds, in
// bounds, with a note.
//
// # Left out
//
// Translated output: tools print English with LC_ALL=C, and guessing at other
// languages would be guessing. Clock frequencies of the moment. Caches, NUMA
// nodes, instruction sets: no licence counts them. Clouds' instance types belong
// to whoever knows the cloud. Linux before 5.19 on Arm with a device tree may
// give a cluster of cores as a package; its sysfs is believed.
//
// Sources: Linux Documentation/ABI/stable/sysfs-devices-system-cpu and the
// kernels' own /proc/cpuinfo writers; DMTF SMBIOS DSP0134 (type 4);
// Microsoft's Win32_Processor reference and article KB932370; the manual pages
// of psrinfo, kstat, machinfo, lparstat and lscpu; IBM z/Architecture STSI
// (SYSIB 1.2.2, 2.2.2, 3.2.2, 15.1.x).
package topology

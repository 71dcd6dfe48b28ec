package format

import (
	"fmt"
	"strconv"
	"strings"
)

// Names in a log folder. All paths are slash-separated.
const (
	CheckpointFile = "checkpoint"
	LockFile       = "lock"
	EntriesDir     = "entries"
	TileDir        = "tile"
	TempSuffix     = ".tmp"
)

// SegmentName is the path of the segment whose first entry is first.
func SegmentName(first int64) string {
	return fmt.Sprintf("%s/%016d", EntriesDir, first)
}

// ParseSegmentName is the inverse of SegmentName for the last path element.
func ParseSegmentName(base string) (first int64, ok bool) {
	n, err := strconv.ParseInt(base, 10, 64)
	if err != nil || n < 0 || fmt.Sprintf("%016d", n) != base {
		return 0, false
	}
	return n, true
}

// TilePath is the path of a hash tile as tlog-tiles lays it down: level, index,
// and, for a tile of fewer than 256 hashes, its width.
func TilePath(level int, n int64, width int) string {
	return fmt.Sprintf("%s/%d/%s%s", TileDir, level, indexPath(n), widthSuffix(width))
}

// BundlePath is the path of an entry bundle as tlog-tiles lays it down.
func BundlePath(n int64, width int) string {
	return fmt.Sprintf("%s/entries/%s%s", TileDir, indexPath(n), widthSuffix(width))
}

func indexPath(n int64) string {
	s := fmt.Sprintf("%03d", n%1000)
	for n >= 1000 {
		n /= 1000
		s = fmt.Sprintf("x%03d/%s", n%1000, s)
	}
	return s
}

func widthSuffix(width int) string {
	if width == TileWidth {
		return ""
	}
	return fmt.Sprintf(".p/%d", width)
}

// TileWidth is the number of hashes in a full tile and of entries in a full bundle.
const TileWidth = 256

// maxTileIndex keeps every entry index of a tile well inside an int64.
const maxTileIndex = 1 << 48

// Tile names one hash tile (Level 0 to 7) or one entry bundle (Level Bundle).
type Tile struct {
	Level int
	N     int64
	Width int
}

// Bundle is the level that stands for entry bundles.
const Bundle = -1

// Path is where the tile lies in the folder and under the URL prefix.
func (t Tile) Path() string {
	if t.Level == Bundle {
		return BundlePath(t.N, t.Width)
	}
	return TilePath(t.Level, t.N, t.Width)
}

// ParseTilePath is the inverse of Tile.Path; it accepts no other spelling.
func ParseTilePath(path string) (Tile, bool) {
	rest, ok := strings.CutPrefix(path, TileDir+"/")
	if !ok {
		return Tile{}, false
	}
	level, rest, ok := strings.Cut(rest, "/")
	if !ok {
		return Tile{}, false
	}
	t := Tile{Level: Bundle, Width: TileWidth}
	if level != "entries" {
		n, err := strconv.ParseUint(level, 10, 8)
		if err != nil {
			return Tile{}, false
		}
		t.Level = int(n)
	}
	if at, width, partial := strings.Cut(rest, ".p/"); partial {
		n, err := strconv.ParseUint(width, 10, 8)
		if err != nil {
			return Tile{}, false
		}
		rest, t.Width = at, int(n)
	}
	digits := strings.NewReplacer("x", "", "/", "").Replace(rest)
	n, err := strconv.ParseInt(digits, 10, 64)
	if err != nil {
		return Tile{}, false
	}
	t.N = n
	return t, t.Width > 0 && n < maxTileIndex && t.Path() == path
}

package export

import (
	"encoding/json"
	"fmt"
	"strconv"
	"time"
)

// OCSFVersion is the version of the Open Cybersecurity Schema Framework that is
// written.
const OCSFVersion = "1.3.0"

// Numbers of the class Compliance Finding.
const (
	ocsfFindings   = 2
	ocsfCompliance = 2003
	ocsfCreate     = 1
)

type ocsfFinding struct {
	ActivityID int            `json:"activity_id"`
	Category   int            `json:"category_uid"`
	Class      int            `json:"class_uid"`
	Type       int            `json:"type_uid"`
	Time       int64          `json:"time"` // milliseconds
	SeverityID int            `json:"severity_id"`
	Severity   string         `json:"severity"`
	StatusID   int            `json:"status_id"`
	Message    string         `json:"message"`
	Metadata   ocsfMetadata   `json:"metadata"`
	Info       ocsfInfo       `json:"finding_info"`
	Compliance ocsfResult     `json:"compliance"`
	Resources  []ocsfResource `json:"resources,omitempty"`
	Unmapped   map[string]any `json:"unmapped,omitempty"`
}

type ocsfMetadata struct {
	Version string      `json:"version"`
	UID     string      `json:"uid"`
	Product ocsfProduct `json:"product"`
}

type ocsfProduct struct {
	Name    string `json:"name"`
	Vendor  string `json:"vendor_name"`
	Version string `json:"version"`
}

type ocsfInfo struct {
	UID     string   `json:"uid"`
	Title   string   `json:"title"`
	Desc    string   `json:"desc"`
	Created int64    `json:"created_time"`
	Types   []string `json:"types"`
}

type ocsfResult struct {
	Control   string   `json:"control"`
	Standards []string `json:"standards"`
	StatusID  int      `json:"status_id"`
	Status    string   `json:"status"`
	Detail    string   `json:"status_detail,omitempty"`
}

type ocsfResource struct {
	UID  string `json:"uid"`
	Type string `json:"type"`
}

// OCSF is one Compliance Finding (class 2003) for each finding of the assessment, in
// JSON, in their order. The standard is the plan that was gone by, the control the
// rule. What is undetermined is a warning, which is what the schema has for a check
// without a result for want of information. Where the log has it is under unmapped.
func OCSF(a Assessment, vendor string) ([][]byte, error) {
	if err := a.check(); err != nil {
		return nil, err
	}
	if vendor == "" {
		return nil, fmt.Errorf("%w: a finding of OCSF needs the vendor of the product that made it", ErrExport)
	}
	out := make([][]byte, 0, len(a.Findings))
	for i := range a.Findings {
		b, err := json.Marshal(a.ocsf(&a.Findings[i], vendor))
		if err != nil {
			return nil, fmt.Errorf("export: finding %s: %w", a.Findings[i].ID, err)
		}
		out = append(out, b)
	}
	return out, nil
}

func (a *Assessment) ocsf(f *Finding, vendor string) ocsfFinding {
	e := ocsfFinding{
		ActivityID: ocsfCreate, Category: ocsfFindings, Class: ocsfCompliance, Type: ocsfCompliance*100 + ocsfCreate,
		Time: a.End.UnixMilli(), SeverityID: int(f.Severity), Severity: ocsfSeverities[f.Severity], StatusID: 1, Message: line(f.Title),
		Metadata: ocsfMetadata{OCSFVersion, a.id("ocsf", f.ID), ocsfProduct{a.Engine, vendor, a.Version}},
		Info: ocsfInfo{UID: a.id("finding", f.ID), Title: line(f.Title), Desc: f.Description, Created: a.End.UnixMilli(),
			Types: []string{"software license compliance"}},
		Compliance: ocsfResult{Control: f.Rule, Standards: []string{a.Plan}},
		Unmapped: map[string]any{"log": a.Checkpoint.Origin, "entry": strconv.FormatInt(int64(f.Entry), 10),
			"root": a.Checkpoint.Root.String(), "run": string(a.Run)},
	}
	switch f.Outcome {
	case Satisfied:
		e.Compliance.StatusID, e.Compliance.Status, e.StatusID = 1, "Pass", 4
	case NotSatisfied:
		e.Compliance.StatusID, e.Compliance.Status = 3, "Fail"
	default:
		e.Compliance.StatusID, e.Compliance.Status, e.Compliance.Detail = 2, "Warning", "facts are missing, so it could not be determined"
	}
	if f.Subject != "" {
		e.Resources = []ocsfResource{{f.Subject, "software product"}}
	}
	if !f.Due.IsZero() {
		e.Unmapped["due"] = f.Due.UTC().Format(time.RFC3339)
	}
	return e
}

var ocsfSeverities = []string{"Unknown", "Informational", "Low", "Medium", "High", "Critical"}

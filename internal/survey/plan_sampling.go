package survey

import (
	"fmt"
	"slices"

	"yiwang/internal/platform/errs"
)

// Cluster is what is drawn before households are.
type Cluster string

// The first stages of a household sample.
const (
	ClusterNone      Cluster = ""          // households are drawn directly, spread over the street in the order of the frame
	ClusterCommunity Cluster = "community" // communities first, with probability proportional to households
	ClusterGrid      Cluster = "grid"      // grids first, likewise
)

// Within is how one person of a drawn household is found.
type Within string

// The rules for the person of a household.
const (
	LastBirthday Within = "last_birthday" // who had the last birthday
	KishTables   Within = "kish"          // the table printed on the sheet (Kish 1949)
)

// SamplingDesign is how the targeted sample of a wave is drawn. It is frozen with the plan together with the hashes of the
// frames and the digest of the seed, so that neither can be chosen for its result.
type SamplingDesign struct {
	FrameID       string             `json:"frame_id" doc:"households"`
	FrameHash     string             `json:"frame_hash" doc:"set when the seed is sealed"`
	UnitFrameID   string             `json:"unit_frame_id,omitempty" doc:"units; needed when units are drawn"`
	UnitFrameHash string             `json:"unit_frame_hash,omitempty"`
	SeedDigest    string             `json:"seed_digest,omitempty" doc:"SHA-256 of the sealed seed, made known before the draw"`
	Beacon        string             `json:"beacon,omitempty" maxLength:"100" doc:"public number, named in advance, that is mixed into the seed"`
	Sizes         map[Group]int      `json:"sizes" doc:"households or units to draw per group"`
	Allocation    string             `json:"allocation" enum:"equal,proportional,neyman,power,optimum" doc:"over the streets"`
	Power         float64            `json:"power,omitempty" doc:"exponent of the power allocation; 0 is 0.5"`
	SD            map[string]float64 `json:"sd,omitempty" doc:"street to standard deviation of the score, for neyman and optimum"`
	Cluster       Cluster            `json:"cluster,omitempty" enum:"community,grid" doc:"first stage; empty: households directly"`
	Take          int                `json:"take,omitempty" doc:"households per community or grid"`
	Within        Within             `json:"within" enum:"last_birthday,kish"`
	Reserve       float64            `json:"reserve" doc:"reserves per drawn household, such as 0.5"`
	RestYears     int                `json:"rest_years" doc:"years in which a household is not drawn again; 0: no rest"`
}

// DefaultSampling is the design an office starts from: the same number in each street, as streets are compared; every
// community represented; half as many reserves; three years of rest.
func DefaultSampling(sizes map[Group]int) *SamplingDesign {
	return &SamplingDesign{Sizes: sizes, Allocation: "equal", Within: LastBirthday, Reserve: 0.5, RestYears: 3}
}

// Size is the size of the sample over all groups, without reserves.
func (d *SamplingDesign) Size() (n int) {
	for _, g := range Groups {
		n += d.Sizes[g]
	}
	return n
}

// check returns what is wrong with the design; no design at all is fine.
func (d *SamplingDesign) check() (bad []errs.Field) {
	if bad = d.CheckDesign(); d != nil && (d.SeedDigest == "" || d.FrameID != "" && d.FrameHash == "") {
		bad = append(bad, errs.Field{Location: "plan.sampling.seed_digest", Message: "seal the seed before the plan is frozen"})
	}
	return bad
}

// CheckDesign returns what is wrong with a design whose seed need not be sealed yet.
func (d *SamplingDesign) CheckDesign() (bad []errs.Field) {
	if d == nil {
		return nil
	}
	report := func(ok bool, location, message string) {
		if !ok {
			bad = append(bad, errs.Field{Location: "plan.sampling." + location, Message: message})
		}
	}
	for g, n := range d.Sizes {
		report(slices.Contains(Groups, g) && n >= 0 && n <= 1_000_000, "sizes."+string(g), "elder, adult or unit with a number from 0 to 1,000,000")
	}
	report(d.Size() > 0, "sizes", "at least one group with a number above 0")
	report(d.FrameID != "" || d.Sizes[Elder]+d.Sizes[Adult] == 0, "frame_id", "choose the frame of households")
	report(d.UnitFrameID != "" || d.Sizes[Unit] == 0, "unit_frame_id", "choose the frame of units")
	report(slices.Contains([]string{"equal", "proportional", "neyman", "power", "optimum"}, d.Allocation), "allocation", "equal, proportional, neyman, power or optimum")
	report(d.Power >= 0 && d.Power <= 1, "power", "from 0 to 1")
	for street, sd := range d.SD {
		report(sd > 0 && sd <= 100, fmt.Sprintf("sd.%.12s", street), "above 0, at most 100")
	}
	report(len(d.SD) > 0 || d.Allocation != "neyman" && d.Allocation != "optimum", "sd", "this allocation needs the standard deviation of every street")
	report(d.Cluster == ClusterNone || d.Cluster == ClusterCommunity || d.Cluster == ClusterGrid, "cluster", "empty, community or grid")
	report(d.Cluster == ClusterNone || d.Take >= 1 && d.Take <= 1000, "take", "from 1 to 1,000 households per community or grid")
	report(d.Within == LastBirthday || d.Within == KishTables, "within", "last_birthday or kish")
	report(d.Reserve >= 0 && d.Reserve <= 5, "reserve", "from 0 to 5")
	report(d.RestYears >= 0 && d.RestYears <= 10, "rest_years", "from 0 to 10")
	return bad
}

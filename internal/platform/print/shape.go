package print

// Line draws a line of the given width and gray (0 black).
func (d *Document) Line(x1, y1, x2, y2, width, gray float64) {
	d.stroke(width, gray, "solid")
	d.pdf.Line(x1*pointsPerMM, y1*pointsPerMM, x2*pointsPerMM, y2*pointsPerMM)
}

// Dashed draws a dashed line, such as where to cut or fold.
func (d *Document) Dashed(x1, y1, x2, y2, width, gray float64) {
	d.stroke(width, gray, "dashed")
	d.pdf.Line(x1*pointsPerMM, y1*pointsPerMM, x2*pointsPerMM, y2*pointsPerMM)
	d.pdf.SetLineType("solid")
}

// Rect draws the outline of a rectangle.
func (d *Document) Rect(x, y, w, h, width, gray float64) {
	d.stroke(width, gray, "solid")
	d.pdf.RectFromUpperLeftWithStyle(x*pointsPerMM, y*pointsPerMM, w*pointsPerMM, h*pointsPerMM, "D")
}

// Fill fills a rectangle.
func (d *Document) Fill(x, y, w, h, gray float64) {
	level := uint8(gray * 255)
	d.pdf.SetFillColor(level, level, level)
	d.pdf.RectFromUpperLeftWithStyle(x*pointsPerMM, y*pointsPerMM, w*pointsPerMM, h*pointsPerMM, "F")
	d.gray = -1
}

// Circle draws the outline of a circle around a point.
func (d *Document) Circle(x, y, radius, width, gray float64) {
	d.stroke(width, gray, "solid")
	d.pdf.Oval((x-radius)*pointsPerMM, (y-radius)*pointsPerMM, (x+radius)*pointsPerMM, (y+radius)*pointsPerMM)
}

// Curve draws a cubic curve from the first to the last of four points x, y.
func (d *Document) Curve(p [8]float64, width, gray float64) {
	d.stroke(width, gray, "solid")
	for i := range p {
		p[i] *= pointsPerMM
	}
	d.pdf.Curve(p[0], p[1], p[2], p[3], p[4], p[5], p[6], p[7], "D")
}

func (d *Document) stroke(width, gray float64, kind string) {
	level := uint8(gray * 255)
	d.pdf.SetLineWidth(width * pointsPerMM)
	d.pdf.SetStrokeColor(level, level, level)
	d.pdf.SetLineType(kind)
}

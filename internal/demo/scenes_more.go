package demo

// bike draws a bicycle; lean tips it over.
func bike(c *canvas, x, y, lean int, hex uint32) {
	c.disc(x, y, 15, 15, 0x2b2f33)
	c.disc(x, y, 11, 11, 0x9a9d9a)
	c.disc(x+42, y+lean/3, 15, 15, 0x2b2f33)
	c.disc(x+42, y+lean/3, 11, 11, 0x9a9d9a)
	c.line(x, y, x+16+lean, y-24+lean, 4, hex)
	c.line(x+16+lean, y-24+lean, x+36+lean, y-24+lean, 4, hex)
	c.line(x+36+lean, y-30+lean, x+42, y+lean/3, 4, hex)
	c.rect(x+8+lean, y-30+lean, 16, 5, 0x2b2f33)
}

func bikes(c *canvas, done bool) {
	lane(c)
	c.rect(0, 216, wide, 10, 0xc7b355)
	colours := []uint32{0xf1c40f, 0x3498db, 0x2ecc71}
	if done {
		c.rect(36, 236, 330, 3, 0xf2f2ec)
		c.rect(36, 286, 330, 3, 0xf2f2ec)
		for i := range 6 {
			bike(c, 50+i*52, 268, 0, colours[i%3])
		}
		return
	}
	for range 12 {
		bike(c, 10+c.rnd.IntN(330), 214+c.rnd.IntN(66), c.rnd.IntN(26), colours[c.rnd.IntN(3)])
	}
}

func board(c *canvas, done bool) {
	lane(c)
	c.rect(66, 90, 8, 180, 0x6b7076)
	c.rect(326, 90, 8, 180, 0x6b7076)
	c.rect(50, 66, 300, 136, 0x8c2f26)
	c.rect(60, 88, 280, 106, 0xf3efe6)
	c.rect(120, 72, 160, 10, 0xf3d9a0)
	if !done {
		c.poly(0xe3d7b4, 90, 104, 140, 100, 136, 150, 96, 158)
		c.line(200, 100, 280, 180, 2, 0xcfc7b8)
		c.line(210, 180, 300, 110, 2, 0xcfc7b8)
		return
	}
	for i := range 5 {
		x := 70 + i*54
		c.rect(x, 98, 44, 60, 0xffffff)
		c.rect(x+6, 104, 32, 5, 0xc0392b)
		for k := range 5 {
			c.rect(x+6, 116+k*8, 20+c.rnd.IntN(13), 3, 0x8a949c)
		}
		c.rect(x, 164, 44, 22, 0xdfe9df)
	}
}

func counter(c *canvas, done bool) {
	hall(c)
	c.rect(40, 60, 320, 26, 0x2c5d8f)
	for i := range 4 {
		x := 46 + i*80
		c.rect(x, 92, 70, 66, 0xcfe0ea)
		if done || i == 1 {
			c.disc(x+35, 122, 11, 12, 0xe3b899)
			c.rect(x+20, 134, 30, 24, 0x33465a)
		}
		c.rect(x+24, 66, 22, 14, map[bool]uint32{true: 0x7ed957, false: 0x44546a}[done || i == 1])
	}
	c.rect(30, 158, 340, 40, 0xa5784f)
	c.rect(30, 154, 340, 7, 0xc89b6d)
	coats := []uint32{0xa23b32, 0x2e6da4, 0x6d8b3a, 0x7d5a8c, 0xb07d2b, 0x4d5c68}
	if done {
		c.person(110, 262, coats[c.rnd.IntN(6)])
		c.person(270, 262, coats[c.rnd.IntN(6)])
		for i := range 4 {
			c.rect(70+i*70, 272, 46, 10, 0x4f81a8)
		}
		return
	}
	for i := range 9 {
		c.person(110+i*31-(i%2)*8, 258+(i%3)*14, coats[c.rnd.IntN(6)])
	}
}

func ramp(c *canvas, done bool) {
	c.shade(0, 300, 0xe0dacd, 0xcfc8ba)
	c.facade(0, 0, wide, 110, 0xd9bfae, 0x8fa9bd)
	c.rect(210, 60, 90, 110, 0x5d4636)
	c.rect(218, 68, 36, 100, 0x8aa6b5)
	c.rect(257, 68, 36, 100, 0x8aa6b5)
	for i := range 6 {
		c.rect(196-i*14, 170+i*17, 118+i*14, 18, []uint32{0xb9b4a8, 0xa7a296}[i%2])
	}
	c.shade(272, 28, 0x9b9d9a, 0x8d908e)
	if !done {
		c.disc(70, 250, 24, 24, 0x2b2f33)
		c.disc(70, 250, 19, 19, 0xcfc8ba)
		c.rect(52, 190, 10, 50, 0x34495e)
		c.rect(52, 228, 44, 10, 0x34495e)
		return
	}
	c.poly(0xc4bfb3, 314, 170, 396, 272, 314, 272, 314, 230)
	c.poly(0xd8d3c6, 10, 272, 210, 172, 210, 190, 60, 272)
	c.line(10, 236, 210, 136, 4, 0x7a8288)
	for i := range 5 {
		c.line(14+i*48, 234-i*24, 14+i*48, 270-i*24, 3, 0x7a8288)
	}
}

func tree(c *canvas, done bool) {
	lane(c)
	x := 170 + c.rnd.IntN(50)
	c.rect(x-9, 110, 18, 150, 0x6b4a2f)
	crown, n := 46, 9
	if !done {
		crown, n = 92, 26
	}
	for range n {
		c.disc(x+c.rnd.IntN(2*crown)-crown, 92+c.rnd.IntN(crown)-crown/2, 30, 24, []uint32{0x3f7d3a, 0x4c8f45, 0x36702f}[c.rnd.IntN(3)])
	}
	c.disc(x, 262, 26, 8, 0x6f5b45)
	if done {
		c.rect(60, 244, 80, 8, 0x9c6b3f)
		c.rect(66, 252, 6, 20, 0x5d6166)
		c.rect(128, 252, 6, 20, 0x5d6166)
		return
	}
	for range 7 {
		lx := 30 + c.rnd.IntN(330)
		c.line(lx, 262+c.rnd.IntN(24), lx+40, 258+c.rnd.IntN(28), 4, 0x5a4028)
	}
}

func brickwork(c *canvas, done bool) {
	lane(c)
	for row := range 7 {
		for col := -1; col < 12; col++ {
			if !done && row < 3 && (col+row*3)%5 < 3 {
				continue // the wall is half built
			}
			c.rect(col*38+(row%2)*19, 130+row*17, 36, 15, map[bool]uint32{true: 0xe4ded2, false: 0xa5553f}[done])
		}
	}
	if done {
		c.rect(0, 122, wide, 8, 0x7f8b83)
		for i := range 12 {
			c.disc(18+i*36, 256, 17, 12, 0x4c8f45)
		}
		return
	}
	for range 16 {
		c.rect(30+c.rnd.IntN(330), 250+c.rnd.IntN(34), 26, 12, []uint32{0xa5553f, 0x8d4835, 0xb9a58c}[c.rnd.IntN(3)])
	}
	c.line(60, 250, 120, 90, 5, 0xb7bcc0)
	c.line(90, 252, 150, 92, 5, 0xb7bcc0)
	for i := range 6 {
		c.line(66+i*11, 236-i*27, 96+i*11, 238-i*27, 4, 0xb7bcc0)
	}
}

func lift(c *canvas, done bool) {
	hall(c)
	c.rect(120, 40, 160, 190, 0x8d979e)
	c.rect(176, 20, 48, 16, 0x1d2730)
	c.rect(292, 120, 14, 34, 0xc5ccd1)
	if done {
		c.rect(132, 52, 136, 178, 0xf2ead2)
		c.rect(132, 52, 30, 178, 0xb9c2c8)
		c.rect(238, 52, 30, 178, 0xb9c2c8)
		c.rect(192, 24, 16, 8, 0x7ed957)
		c.disc(299, 132, 4, 4, 0x7ed957)
		return
	}
	c.rect(132, 52, 67, 178, 0xaab4ba)
	c.rect(201, 52, 67, 178, 0xa2acb2)
	c.rect(192, 24, 16, 8, 0xc0392b)
	c.line(90, 250, 310, 250, 10, 0xf0c419)
	for i := range 6 {
		c.line(100+i*38, 256, 112+i*38, 244, 8, 0x2b2b2b)
	}
	c.rect(96, 250, 8, 34, 0x5d6166)
	c.rect(296, 250, 8, 34, 0x5d6166)
	c.rect(165, 110, 70, 46, 0xfdf6e3)
	c.line(185, 120, 215, 146, 5, 0xc0392b)
	c.line(215, 120, 185, 146, 5, 0xc0392b)
}

func smoke(c *canvas, done bool) {
	c.shade(0, 300, 0xcfdbe3, 0xe3e6e4)
	c.facade(0, 20, 260, 280, 0xd3c6b6, 0x7c93a5)
	c.rect(230, 150, 60, 40, 0x8d979e)
	if done {
		c.rect(282, 20, 22, 170, 0xaab4ba)
		c.rect(236, 160, 48, 22, 0x4f81a8)
		c.disc(260, 171, 8, 8, 0xdfe9f0)
		return
	}
	c.rect(282, 158, 14, 24, 0x5d6166)
	for i := range 34 {
		c.disc(296+i*3+c.rnd.IntN(16), 170-i*4+c.rnd.IntN(24), 10+i/2, 9+i/3, []uint32{0x8b8b88, 0x9b9b97, 0x7b7b79}[c.rnd.IntN(3)])
	}
	for i := range 4 {
		c.rect(40+i*46, 186+i*3, 8, 70+c.rnd.IntN(30), 0x8f7a5e)
	}
}

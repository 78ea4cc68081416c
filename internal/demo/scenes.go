package demo

// scenes are the drawings by name; done tells before from after. Each shows the trouble of a kind of matter and the same
// place put right, as plainly as a sign. None shows a real place.
var scenes = map[string]func(c *canvas, done bool){
	"lamp": lamp, "paving": paving, "rubbish": rubbish, "corridor": corridor, "wires": wires, "water": water, "bikes": bikes,
	"board": board, "counter": counter, "ramp": ramp, "tree": tree, "wall": brickwork, "lift": lift, "smoke": smoke,
}

// lane is a street by day with blocks behind it; what follows is drawn on its ground from y 190.
func lane(c *canvas) {
	c.shade(0, 190, 0xbcd4e6, 0xe8eef2)
	x := -c.rnd.IntN(40)
	for x < wide {
		w := 80 + c.rnd.IntN(60)
		c.facade(x, 40+c.rnd.IntN(50), w, 160, []uint32{0xd8c9b4, 0xc9d0d6, 0xd9bfae, 0xcfd6c4}[c.rnd.IntN(4)], 0x8fa9bd)
		x += w + 6
	}
	c.shade(190, 110, 0xa7a9a6, 0x8d908e)
}

// hall is a room with a wall and a floor.
func hall(c *canvas) {
	c.shade(0, 205, 0xe9e4da, 0xdcd5c8)
	c.shade(205, 95, 0xb9b2a6, 0xa39c90)
	c.rect(0, 150, wide, 55, 0xb5c4b8)
	c.rect(0, 148, wide, 3, 0x8fa396)
}

func lamp(c *canvas, done bool) {
	c.shade(0, 300, 0x0e1524, 0x1b2436)
	x := 150 + c.rnd.IntN(90)
	pane := uint32(0x222c3f)
	for i := range 3 {
		c.facade(i*135-c.rnd.IntN(30), 70+c.rnd.IntN(40), 125, 170, 0x1a2233, pane)
	}
	c.shade(235, 65, 0x161b26, 0x1d222c)
	if done {
		c.glow(x+46, 92, 190, 0xffdf9a, 0.75)
		c.poly(0xcdb684, x+20, 240, x+74, 240, x+150, 299, x-60, 299)
		c.glow(x+46, 270, 120, 0xffe9b8, 0.5)
	}
	c.rect(x, 80, 6, 190, 0x4a5262)
	c.line(x+2, 82, x+46, 74, 5, 0x4a5262)
	c.rect(x+34, 72, 26, 9, map[bool]uint32{true: 0xfff4cf, false: 0x5c6473}[done])
}

func paving(c *canvas, done bool) {
	lane(c)
	for row := range 5 {
		y := 192 + row*22
		for col := -1; col < 11; col++ {
			shade := uint32(0xb7b3aa)
			if (row+col)%2 == 0 {
				shade = 0xaca89f
			}
			c.rect(col*42+row*9, y, 40, 20, shade)
		}
	}
	if done {
		c.rect(0, 292, wide, 8, 0xd8d4ca)
		return
	}
	for range 4 {
		x, y := 40+c.rnd.IntN(320), 212+c.rnd.IntN(66)
		c.disc(x, y, 26+c.rnd.IntN(22), 9+c.rnd.IntN(7), 0x5a5248)
		c.disc(x+4, y+2, 16, 5, 0x453f37)
		for range 5 {
			c.line(x, y, x+c.rnd.IntN(120)-60, y+c.rnd.IntN(40)-20, 2, 0x5a5248)
		}
	}
}

func rubbish(c *canvas, done bool) {
	lane(c)
	for i, hex := range []uint32{0x2f7d4f, 0x2e6da4, 0x6b6f75} {
		x := 90 + i*78
		c.rect(x, 168, 54, 74, hex)
		c.rect(x-4, 160, 62, 10, hex-0x111111)
		c.rect(x+15, 190, 24, 24, 0xdfe6e2)
		c.disc(x+10, 244, 6, 6, 0x22262a)
		c.disc(x+44, 244, 6, 6, 0x22262a)
	}
	if done {
		c.rect(60, 252, 280, 3, 0xe6e6df)
		return
	}
	for range 26 {
		x, y := 50+c.rnd.IntN(300), 226+c.rnd.IntN(58)
		c.disc(x, y, 12+c.rnd.IntN(12), 9+c.rnd.IntN(8), []uint32{0x2b2b2e, 0x8a6f4d, 0xd7d2c5, 0x3f5a66, 0xa23b32}[c.rnd.IntN(5)])
	}
	for i := range 3 {
		c.disc(118+i*78, 156, 24, 12, 0x34343a)
	}
}

func corridor(c *canvas, done bool) {
	hall(c)
	c.poly(0xcfc8bb, 120, 40, 280, 40, 280, 215, 120, 215)
	c.rect(150, 70, 100, 145, 0x8a5f43)
	c.disc(236, 146, 4, 4, 0xd9b44a)
	c.rect(330, 90, 40, 62, 0xc0392b)
	c.rect(337, 98, 26, 46, 0xe9e4da)
	if done {
		c.rect(300, 250, 60, 30, 0xbfb8ab)
		c.rect(60, 260, 280, 4, 0xf0c419)
		return
	}
	for range 11 {
		x, y, s := 30+c.rnd.IntN(310), 170+c.rnd.IntN(60), 30+c.rnd.IntN(36)
		c.rect(x, y, s, s, []uint32{0xb98a57, 0xa87b4a, 0x7d8a92, 0x9c6b3f}[c.rnd.IntN(4)])
		c.rect(x+s/2-3, y, 6, s, 0xd9c08f)
	}
	c.line(70, 270, 180, 200, 6, 0x555b61)
}

func wires(c *canvas, done bool) {
	c.rect(0, 0, wide, high, 0xd6c7b1)
	c.facade(0, 0, wide, 240, 0xd6c7b1, 0x7c93a5)
	c.shade(240, 60, 0x9b9d9a, 0x868986)
	if done {
		c.rect(0, 226, wide, 8, 0x8f8878)
		for i := range 4 {
			x := 60 + i*85
			c.rect(x, 186, 34, 46, 0xf4f6f7)
			c.rect(x+7, 193, 20, 10, 0x2e9e6b)
			c.disc(x+17, 216, 7, 7, 0x5b6670)
		}
		return
	}
	for range 9 {
		x := c.rnd.IntN(wide)
		c.sag(x, c.rnd.IntN(80), c.rnd.IntN(wide), 60+c.rnd.IntN(120), 30+c.rnd.IntN(70), 0x26282b)
	}
	x := 150 + c.rnd.IntN(80)
	c.sag(x, 30, x+20, 246, 40, 0xb03a2e)
	c.rect(x, 240, 44, 14, 0xf4f6f7)
	c.disc(x+80, 272, 18, 18, 0x2c3e50)
	c.disc(x+150, 272, 18, 18, 0x2c3e50)
	c.rect(x+84, 244, 62, 10, 0x34495e)
}

func water(c *canvas, done bool) {
	lane(c)
	c.rect(0, 190, wide, 8, 0xc9c6be)
	c.rect(170, 268, 56, 12, 0x4c5054)
	for i := range 6 {
		c.rect(174+i*9, 270, 4, 8, 0x2b2e31)
	}
	if done {
		for i := range 5 {
			c.rect(20+i*84, 236, 44, 6, 0xe8e8e2)
		}
		return
	}
	c.disc(200, 256, 205, 44, 0x6f8698)
	c.disc(200, 254, 190, 36, 0x86a0b3)
	for range 12 {
		x, y := 40+c.rnd.IntN(320), 232+c.rnd.IntN(44)
		c.line(x, y, x+18+c.rnd.IntN(20), y, 2, 0xb9cad6)
	}
	c.rect(110, 240, 30, 12, 0xa8684a)
	c.rect(250, 246, 30, 12, 0xa8684a)
}

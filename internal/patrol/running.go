package patrol

// Last returns where an officer on duty was last; ok is false off duty and before the first position.
func (s *Service) Last(officer string) (p Position, ok bool) {
	s.latest.mu.RLock()
	defer s.latest.mu.RUnlock()
	x, ok := s.latest.by[officer]
	if !ok {
		return p, false
	}
	return x.Position, s.gate.onDuty(&x.Session, s.DB.Clock().Now())
}

// Running returns the session of an officer that runs now.
func (s *Service) Running(officer string) (Session, bool) {
	return s.gate.running(officer, s.DB.Clock().Now())
}

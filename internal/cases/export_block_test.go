package cases

// SealIn makes blocks of n cases, so that a test need not have thousands.
func (s *Service) SealIn(n int) { s.lotSize = n }

// Package identity knows who works with the program and what each may do.
//
// A unit is a body (government, department, community, enterprise) in a tree, placed in an area. A user belongs to a
// unit and holds posts: a role, in a unit, for areas. Exactly one post is in force in a session or an API token, so
// rights of two posts never add up to a third. A role is data: a list of permission strings that the modules define.
//
// Invariants, kept by the service and proven by its tests:
//   - Nobody is allowed anything without an active post. A post is requested with identity.manage and granted with
//     security.manage, never by the same person, and never for oneself.
//   - The three administrators are apart: a role holds at most one of identity.manage, security.manage and audit.read
//     and then no business permission; a person with such a post holds no post of another class.
//   - A person who must change the password or enrol a second factor is signed in but permitted nothing else.
//   - Passwords are argon2id; session tokens, API tokens and recovery codes are random and stored only as SHA-256;
//     the secrets of one-time codes are sealed.
//   - A sign-in with an unknown name takes the same steps, the same time and the same lock-out as one with a known name.
//   - Every write is in the audit log; every sign-in, good or bad, in the sign-in log; reading either leaves a trace.
//
// Tables: identity_unit, identity_role, identity_user, identity_password, identity_recovery, identity_post,
// identity_session, identity_token, identity_guard, identity_sign_in, identity_policy, identity_notice,
// identity_notice_read. Called by every module above it through package auth; directly by app, demo and the shell.
package identity

// Permissions of this module.
const (
	// PermRead sees units, users, posts and roles.
	PermRead = "identity.read"
	// PermManage keeps units and users and requests posts: the system administrator.
	PermManage = "identity.manage"
	// PermSecurity keeps roles and the policy, grants posts, locks and unlocks: the security administrator.
	PermSecurity = "security.manage"
	// PermAudit reads the audit log and the sign-in log: the audit administrator.
	PermAudit = "audit.read"
)

// Permissions lists the permissions of this module, for the registry that New takes.
func Permissions() []string { return []string{PermRead, PermManage, PermSecurity, PermAudit} }

"""SecLang: the rules of ModSecurity, and what becomes of a request under them.

- `statement`, `actions`, `rule`: directives to rules with their conditions and actions;
- `files`: rule files with their includes (libmodsecurity; Apache fills in its own);
- `dialect`: where ModSecurity 3 in nginx and ModSecurity 2 in Apache differ;
- `ruleset`: everything that counts in one place, exceptions applied;
- `conditions`, `walk`: a request sent through the rules, as far as nothing is known of it.

Nothing here raises for what a file says, and nothing takes longer than in proportion to it.
"""

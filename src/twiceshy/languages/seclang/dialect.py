"""The two programs that read SecLang, and how they differ.

What the text says is the same to both for the most part; where it is not, it was tried with both.

| | libmodsecurity (nginx) | mod_security2 (Apache) |
| --- | --- | --- |
| the same setting twice in a file or context | the last counts | the last counts |
| in several `modsecurity_rules...` of one level | the *first* counts | - |
| rules of the inner level | run before the outer ones | run after them |
| SecRuleRemoveBy... | wherever it stands | only for rules above it |
| its tag | the whole tag | a regular expression |
| SecRuleUpdateActionById | wherever it stands | only for rules above it |
| SecDefaultAction | wherever it stands, for `block` | for the rules below it without an action |
| SecRequestBodyAccess Off | phase 2 is left out altogether | bodies are not looked at |
| without SecRequestBodyAccess | bodies are looked at | bodies are not looked at |
| skipping | goes on in the next phase until the marker | ends with its phase |
| skipAfter with the number of a rule | finds nothing, so all is skipped | skips up to it |
| phase 1 in a location | runs | runs with the virtual host's rules |
| a comment that ends in a backslash | ends there | goes on in the next line |
| `ctl` in the first rule of a chain | when all of it matches | when that one matches |
"""

from __future__ import annotations

from enum import StrEnum


class Dialect(StrEnum):
    """Who reads the rules."""

    LIBRARY = "libmodsecurity"
    """ModSecurity 3, in nginx."""
    APACHE = "mod_security2"
    """ModSecurity 2, in Apache httpd."""


KNOWN = frozenset(
    name.lower()
    for name in [
        "Include",
        "IncludeOptional",
        "SecAction",
        "SecArgumentSeparator",
        "SecArgumentsLimit",
        "SecAuditEngine",
        "SecAuditLog",
        "SecAuditLog2",
        "SecAuditLogDirMode",
        "SecAuditLogFileMode",
        "SecAuditLogFormat",
        "SecAuditLogParts",
        "SecAuditLogPrefix",
        "SecAuditLogRelevantStatus",
        "SecAuditLogStorageDir",
        "SecAuditLogType",
        "SecCacheTransformations",
        "SecChrootDir",
        "SecCollectionTimeout",
        "SecComponentSignature",
        "SecConnEngine",
        "SecConnReadStateLimit",
        "SecConnWriteStateLimit",
        "SecContentInjection",
        "SecCookieFormat",
        "SecCookieV0Separator",
        "SecDataDir",
        "SecDebugLog",
        "SecDebugLogLevel",
        "SecDefaultAction",
        "SecDisableBackendCompression",
        "SecGeoLookupDb",
        "SecGsbLookupDb",
        "SecGuardianLog",
        "SecHashEngine",
        "SecHashKey",
        "SecHashMethodPm",
        "SecHashMethodRx",
        "SecHashParam",
        "SecHttpBlKey",
        "SecInterceptOnError",
        "SecMarker",
        "SecParseXmlIntoArgs",
        "SecPcreMatchLimit",
        "SecPcreMatchLimitRecursion",
        "SecReadStateLimit",
        "SecRemoteRules",
        "SecRemoteRulesFailAction",
        "SecRequestBodyAccess",
        "SecRequestBodyInMemoryLimit",
        "SecRequestBodyJsonDepthLimit",
        "SecRequestBodyLimit",
        "SecRequestBodyLimitAction",
        "SecRequestBodyNoFilesLimit",
        "SecRequestEncryption",
        "SecResponseBodyAccess",
        "SecResponseBodyLimit",
        "SecResponseBodyLimitAction",
        "SecResponseBodyMimeType",
        "SecResponseBodyMimeTypesClear",
        "SecRule",
        "SecRuleEngine",
        "SecRuleInheritance",
        "SecRulePerfTime",
        "SecRuleRemoveById",
        "SecRuleRemoveByMsg",
        "SecRuleRemoveByTag",
        "SecRuleScript",
        "SecRuleUpdateActionById",
        "SecRuleUpdateTargetById",
        "SecRuleUpdateTargetByMsg",
        "SecRuleUpdateTargetByTag",
        "SecSensorId",
        "SecServerSignature",
        "SecStatusEngine",
        "SecStreamInBodyInspection",
        "SecStreamOutBodyInspection",
        "SecTmpDir",
        "SecTmpSaveUploadedFiles",
        "SecUnicodeCodePage",
        "SecUnicodeMapFile",
        "SecUploadDir",
        "SecUploadFileLimit",
        "SecUploadFileMode",
        "SecUploadKeepFiles",
        "SecUseErrorLog",
        "SecWebAppId",
        "SecWriteStateLimit",
        "SecXmlExternalEntity",
    ]
)
"""Directives of either program, in lower case; any other one stops both from starting."""
NOT_IN_LIBRARY = frozenset(
    name.lower()
    for name in [
        "IncludeOptional",
        "SecAuditLogPrefix",
        "SecCacheTransformations",
        "SecChrootDir",
        "SecConnEngine",
        "SecConnReadStateLimit",
        "SecConnWriteStateLimit",
        "SecContentInjection",
        "SecCookieV0Separator",
        "SecDisableBackendCompression",
        "SecGsbLookupDb",
        "SecGuardianLog",
        "SecHashEngine",
        "SecHashKey",
        "SecHashMethodPm",
        "SecHashMethodRx",
        "SecHashParam",
        "SecInterceptOnError",
        "SecReadStateLimit",
        "SecRequestBodyInMemoryLimit",
        "SecRequestEncryption",
        "SecRuleInheritance",
        "SecRulePerfTime",
        "SecSensorId",
        "SecServerSignature",
        "SecStreamInBodyInspection",
        "SecStreamOutBodyInspection",
        "SecUseErrorLog",
        "SecWriteStateLimit",
    ]
)
"""Those that libmodsecurity 3.0 refuses: nginx does not start with them."""

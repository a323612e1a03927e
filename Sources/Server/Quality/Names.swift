internal import PurSightGovernance

// Names that the API has too: in this room they mean Governance's, and the API's are written in
// full.
typealias AuditedResource = PurSightGovernance.AuditedResource
typealias CheckRun = PurSightGovernance.CheckRun
typealias Column = PurSightGovernance.Column
typealias Dataset = PurSightGovernance.Dataset
typealias FieldChange = PurSightGovernance.FieldChange
typealias Issue = PurSightGovernance.Issue
typealias Rule = PurSightGovernance.Rule
typealias RuleSet = PurSightGovernance.RuleSet

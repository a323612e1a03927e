internal import PurSightGovernance

// Names that the API has too: in this room they mean Governance's, and the API's are written in
// full.
typealias Asset = PurSightGovernance.Asset
typealias AuditedResource = PurSightGovernance.AuditedResource
typealias Dataset = PurSightGovernance.Dataset
typealias FieldChange = PurSightGovernance.FieldChange
typealias QuarantinedRow = PurSightGovernance.QuarantinedRow
typealias Rule = PurSightGovernance.Rule
typealias RuleSet = PurSightGovernance.RuleSet
typealias WriteStream = PurSightGovernance.WriteStream

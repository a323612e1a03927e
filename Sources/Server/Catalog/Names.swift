internal import PurSightGovernance

// Names that the API has too: in this room they mean Governance's, and the API's are written in
// full.
typealias Asset = PurSightGovernance.Asset
typealias AuditedResource = PurSightGovernance.AuditedResource
typealias Column = PurSightGovernance.Column
typealias ColumnType = PurSightGovernance.ColumnType
typealias Facet = PurSightGovernance.Facet
typealias FieldChange = PurSightGovernance.FieldChange
typealias LineageDirection = PurSightGovernance.LineageDirection
typealias LineageEdge = PurSightGovernance.LineageEdge
typealias Property = PurSightGovernance.Property
typealias Source = PurSightGovernance.Source

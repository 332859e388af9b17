using System.Globalization;
using QuantumCore.Contracts;
using QuantumCore.Instruments;

namespace QuantumCore.Clearing;

/// <summary>Words of the catalog's records in the audit log.</summary>
internal static class CatalogAudit
{
    /// <summary>Returns the line of a record.</summary>
    public static AuditLine Line(long sequence, CatalogRecord record)
    {
        var (what, subject, by, detail) = record switch
        {
            InstrumentListed listed => ("instrumentListed", listed.Definition.Decode().Symbol, "", ""),
            KeyAdded { Key: var key } => (
                key.IsRevoked ? "keyRevoked" : "keySet",
                key.Label,
                "",
                key.IsAdmin
                    ? $"{key.Id} administers"
                    : $"{key.Id} {(key.Account == 0 ? "" : new AccountId(key.Account))} {key.Rights} {key.Addresses}".TrimEnd()),
            OwnerSet { Account: var owned } => ("ownerSet", new AccountId(owned.Account).ToString(), "", owned.Owner),
            UserSet set => ($"user{set.Event}", set.User.Name, set.By, set.User.Role.ToString()),
            SessionBegun { Session: var session } =>
                ("sessionBegun", session.User, session.User, $"{session.Address} {session.Client}"),
            CodeUsed used => ("codeUsed", used.User, used.User, ""),
            SessionsEnded ended => ("sessionEnded", ended.User, ended.By, ended.Id.Length == 0 ? "all" : ended.Id),
            EveryonesLimitsSet { Limits: var limits } => ("limitsSet", limits.Symbol, limits.By, limits.Why),
            OwnerLimitsSet { Request: var set } =>
                ("ownerLimitsSet", $"{set.Limits.Owner} {set.Limits.Symbol}", set.By, set.Why),
            FeesScheduled { Fees: var fees } => ("feesSet", fees.Schedule.Asset, fees.By, fees.Why),
            MarginTermsSet { Request: var terms } => ("marginTermsSet", terms.Symbol, terms.By, terms.Why),
            MarginPolicySet { Request: var policy } => ("marginPolicySet", policy.Asset, policy.By, policy.Why),
            MarginGroupSet { Request: var group } =>
                ("marginGroupSet", group.Group, group.By, $"{group.CreditPpm} ppm {group.Why}".TrimEnd()),
            LocateSet { Request: var locate } => (
                "locateSet", new AccountId(locate.Account).ToString(), locate.By,
                $"{locate.Symbol} {locate.Lots} lots {locate.Why}".TrimEnd()),
            LiquidationInsured { Claim: var claim } insured => (
                "liquidationInsured", new AccountId(claim.Account).ToString(), "",
                $"{claim.Asset} fee {claim.Fee}, deficit {insured.FromFund} from the fund and {insured.FromHouse} from the house"
                + (insured.Shared > 0 ? $", of that {insured.Shared} shared out" : "")),
            DeficitShared shared => (
                "deficitShared", new AccountId(shared.Account).ToString(), "",
                string.Join(", ", shared.Shares.Select(share => $"{new AccountId(share.Account)} {share.Amount}"))),
            DeficitEnded ended => ("deficitEnded", new AccountId(ended.Account).ToString(), "", ""),
            SignalStrategySet { Strategy: var strategy } set => ("signalStrategySet", strategy.Name, set.By, ""),
            SignalsPaused paused => ("signalsPaused", paused.Strategy, paused.By, ""),
            DeadSignalDropped dropped =>
                ("deadSignalDropped", dropped.Id.ToString(CultureInfo.InvariantCulture), dropped.By, ""),
            HolidaysSet { Request: var holidays } => ("holidaysSet", holidays.Venue, holidays.By, holidays.Why),
            CorporateActionAnnounced { Request: var action } =>
                ("corporateActionAnnounced", $"{action.Id} {action.Symbol}", action.By, action.Why),
            CorporateActionBegun begun => ("corporateActionBegun", begun.Id, "", ""),
            CorporateActionClosed closed => ("corporateActionEntered", closed.Id, "", ""),
            CorporateActionEnded paid => ("corporateActionPaid", paid.Id, "", ""),
            BookPinned { Request: var pin } => (
                pin.Silo.Length == 0 ? "bookUnpinned" : "bookPinned", pin.Symbol, pin.By,
                $"{pin.Silo} {pin.Why}".Trim()),
            OwnerBlocked { Block: var block } =>
                (block.IsBlocked ? "ownerBlocked" : "ownerUnblocked", block.Owner, block.By, block.Why),
            MarketStopped { Use: var use } => ("marketStopped", $"level {use.Level}", use.By, ""),
            _ => (char.ToLowerInvariant(record.GetType().Name[0]) + record.GetType().Name[1..], "", "", ""),
        };
        return new AuditLine(sequence, record.TimeNanos, what, subject, by, detail);
    }
}

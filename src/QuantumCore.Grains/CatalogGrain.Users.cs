using System.Collections.Immutable;
using System.Globalization;
using QuantumCore.Contracts;
using QuantumCore.Instruments;

namespace QuantumCore.Grains;

/// <content>Users, their sessions, and the audit log.</content>
public sealed partial class CatalogGrain
{
    private readonly UserRegister _users = new();

    /// <inheritdoc/>
    public ValueTask<UserList> Users() => WhenDurable(_users.All(Now));

    /// <inheritdoc/>
    public ValueTask<User?> FindUser(string name) => WhenDurable(_users.Find(name));

    /// <inheritdoc/>
    public ValueTask<SignedIn?> FindSession(string id) => WhenDurable(_users.FindSession(id, Now));

    /// <inheritdoc/>
    public ValueTask<ImmutableArray<UserSession>> SessionsOf(string user) => WhenDurable(_users.SessionsOf(user, Now));

    /// <inheritdoc/>
    public async ValueTask<UserResult> AddUser(User user, UserEvent how, string by)
    {
        if (how == UserEvent.SignedUp)
            await ExpireUnusedAsync();
        var reason = _users.Find(user.Name) is not null || _owned.Values.Any(owned => owned.Owner == user.Name)
            ? RejectReason.NameTaken
            : _users.Count >= User.Most ? RejectReason.Overloaded
            : RejectReason.None;
        if (reason == RejectReason.None)
        {
            if (how == UserEvent.SignedUp)
                user = user with { Account = FreeAccount() };
            Record(new UserSet(Now, how, by, user, ""));
            if (how == UserEvent.SignedUp)
                Record(new OwnerSet(Now, new OwnedAccount(user.Account, user.Name)));
        }

        await Stream.WhenDurable(Stream.Head);
        return new UserResult(reason, reason == RejectReason.None ? user : null);
    }

    /// <inheritdoc/>
    public async ValueTask<UserResult> ChangeUser(UserChange change)
    {
        if (_users.Find(change.Name) is not { } known)
            return new UserResult(RejectReason.UnknownUser, null);
        if (known.IsDemo)
            return new UserResult(RejectReason.Forbidden, null);
        if (change.CodeStep > 0 && change.CodeStep <= _users.LastCode(known.Name))
            return new UserResult(RejectReason.Unauthorized, null);

        if (change.CodeStep > 0)
            Record(new CodeUsed(Now, known.Name, change.CodeStep));
        var user = known with
        {
            PasswordHash = change.PasswordHash ?? known.PasswordHash,
            Authenticator = change.Authenticator ?? known.Authenticator,
            Role = change.Role ?? known.Role,
            IsClosed = change.Event switch
            {
                UserEvent.Closed => true,
                UserEvent.Reopened => false,
                _ => known.IsClosed,
            },
        };
        if (user != known)
            Record(new UserSet(Now, change.Event, change.By, user, change.KeptSession ?? ""));
        if (change.Event == UserEvent.Closed || (change.Event == UserEvent.PasswordChanged && change.By != known.Name))
            RevokeKeysOf(known);
        await Stream.WhenDurable(Stream.Head);
        return new UserResult(RejectReason.None, user);
    }

    /// <inheritdoc/>
    public async ValueTask<RejectReason> BeginSession(UserSession session, long codeStep)
    {
        if (_users.Find(session.User) is not { IsClosed: false } user ||
            (user.Authenticator.Length > 0 && codeStep <= _users.LastCode(user.Name)))
        {
            return RejectReason.Unauthorized;
        }

        Record(new SessionBegun(session with { BegunNanos = Now }, codeStep));
        await Stream.WhenDurable(Stream.Head);
        return RejectReason.None;
    }

    /// <inheritdoc/>
    public async ValueTask<bool> EndSessions(string user, string? id, string by)
    {
        var has = _users.HasSession(user, id);
        if (has)
            Record(new SessionsEnded(Now, user, id ?? "", by));
        await Stream.WhenDurable(Stream.Head);
        return has;
    }

    /// <inheritdoc/>
    public ValueTask<ImmutableArray<AuditLine>> Audit(long before, int limit) =>
        NewestAsync(
            store, before, limit,
            static record => Line(record.Sequence, CatalogRecordEncoding.Decode(record.Body.Span)));

    /// <summary>Revokes the keys of a user's account, because a stranger may have them.</summary>
    private void RevokeKeysOf(User user)
    {
        if (user.Account == 0)
            return;

        foreach (var key in _keys.Values.Where(key => key.Account == user.Account && !key.IsRevoked).ToArray())
            Record(new KeyAdded(Now, key.Revoked()));
    }

    // Each sign-up checks two of the oldest, so that more are removed than added.
    private async ValueTask ExpireUnusedAsync()
    {
        const int AtATime = 2;
        for (var i = 0; i < AtATime && _users.TakeUnused(Now) is { } user; i++)
        {
            // The account has no records, and no key belongs to it.
            var stream = "acct/" + user.Account.ToString(CultureInfo.InvariantCulture);
            var hasRecords = (await store.HeadsAsync(stream, CancellationToken.None)).Any(
                head => head.Name == stream && head.Head > 0);
            if (hasRecords || !_users.IsUnused(user.Name) || _keys.Values.Any(key => key.Account == user.Account))
                continue;

            Record(new UserSet(Now, UserEvent.Expired, "", user, ""));
            Record(new OwnerSet(Now, new OwnedAccount(user.Account, "")));
        }
    }

    /// <summary>Returns the next account number without a key or an owner.</summary>
    private long FreeAccount()
    {
        var account = _users.NextAccount();
        while (_owned.ContainsKey(account) || _keys.Values.Any(key => key.Account == account))
            account++;
        return account;
    }

    private static AuditLine Line(long sequence, CatalogRecord record)
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

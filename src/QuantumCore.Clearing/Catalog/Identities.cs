using System.Collections.Immutable;
using QuantumCore.Contracts;
using QuantumCore.Instruments;

namespace QuantumCore.Clearing;

/// <summary>Users, their sessions and API keys.</summary>
internal sealed class Identities(Owners owners)
{
    private readonly SortedDictionary<string, ApiKey> _keys = new(StringComparer.Ordinal);

    /// <summary>Users and their sessions.</summary>
    public UserRegister Users { get; } = new();

    /// <summary>The API keys, sorted by hash.</summary>
    public IReadOnlyCollection<ApiKey> Keys => _keys.Values;

    /// <summary>Adds an API key, or changes its rights.</summary>
    public CatalogChange Add(ApiKey key, long now) => CatalogChange.Unless(
        _keys.TryGetValue(key.Hash, out var known) && known == key, new KeyAdded(now, key));

    /// <summary>
    /// Adds a user. Whoever signs up gets the account of the next free number and owns it. The result has the user as
    /// added.
    /// </summary>
    public (UserResult Result, ImmutableArray<CatalogRecord> Records) Add(User user, UserEvent how, string by, long now)
    {
        if (Users.Find(user.Name) is not null || owners.IsOwner(user.Name))
        {
            return (new UserResult(RejectReason.NameTaken, null), []);
        }

        if (Users.Count >= User.Most)
        {
            return (new UserResult(RejectReason.Overloaded, null), []);
        }

        if (how != UserEvent.SignedUp)
        {
            return (new UserResult(RejectReason.None, user), [new UserSet(now, how, by, user, "")]);
        }

        user = user with { Account = FreeAccount() };
        return (new UserResult(RejectReason.None, user),
            [new UserSet(now, how, by, user, ""), new OwnerSet(now, new OwnedAccount(user.Account, user.Name))]);
    }

    /// <summary>
    /// Changes a user. One who is closed, or whose password another person changed, loses the keys of the account: a
    /// stranger may have them.
    /// </summary>
    public (UserResult Result, ImmutableArray<CatalogRecord> Records) Change(UserChange change, long now)
    {
        if (Users.Find(change.Name) is not { } known)
        {
            return (new UserResult(RejectReason.UnknownUser, null), []);
        }

        if (known.IsDemo)
        {
            return (new UserResult(RejectReason.Forbidden, null), []);
        }

        if (change.CodeStep > 0 && change.CodeStep <= Users.LastCode(known.Name))
        {
            return (new UserResult(RejectReason.Unauthorized, null), []);
        }

        var records = ImmutableArray.CreateBuilder<CatalogRecord>();
        if (change.CodeStep > 0)
        {
            records.Add(new CodeUsed(now, known.Name, change.CodeStep));
        }

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
        {
            records.Add(new UserSet(now, change.Event, change.By, user, change.KeptSession ?? ""));
        }

        if (change.Event == UserEvent.Closed || (change.Event == UserEvent.PasswordChanged && change.By != known.Name))
        {
            records.AddRange(
                KeysOf(known).Where(key => !key.IsRevoked).Select(key => new KeyAdded(now, key.Revoked())));
        }

        return (new UserResult(RejectReason.None, user), records.ToImmutable());
    }

    /// <summary>Returns the record of a new session; null if the user may not sign in with this code.</summary>
    public CatalogRecord? Begin(UserSession session, long codeStep, long now) =>
        Users.Find(session.User) is not { IsClosed: false } user
            || (user.Authenticator.Length > 0 && codeStep <= Users.LastCode(user.Name))
            ? null
            : new SessionBegun(session with { BegunNanos = now }, codeStep);

    /// <summary>
    /// Returns the records that remove a user who has not come back since the sign-up; none if the user has since, or
    /// has a key.
    /// </summary>
    public ImmutableArray<CatalogRecord> Expire(User user, long now) =>
        !Users.IsUnused(user.Name) || KeysOf(user).Any()
            ? []
            : [
                new UserSet(now, UserEvent.Expired, "", user, ""), new OwnerSet(now, new OwnedAccount(user.Account, ""))];

    /// <summary>Applies a record.</summary>
    public void Apply(KeyAdded added) => _keys[added.Key.Hash] = added.Key;

    /// <summary>Returns the keys of a user's account.</summary>
    private IEnumerable<ApiKey> KeysOf(User user) =>
        user.Account == 0 ? [] : _keys.Values.Where(key => key.Account == user.Account);

    /// <summary>Returns the next account number without a key or an owner.</summary>
    private long FreeAccount()
    {
        var account = Users.NextAccount();
        while (owners.Has(account) || _keys.Values.Any(key => key.Account == account))
        {
            account++;
        }

        return account;
    }
}

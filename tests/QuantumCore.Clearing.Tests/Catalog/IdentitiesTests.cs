using QuantumCore.Contracts;
using QuantumCore.Instruments;
using Xunit;

namespace QuantumCore.Clearing.Tests;

public class IdentitiesTests
{
    private readonly CatalogSample _sample = new(Sample.Share);

    private Identities Identities => _sample.Catalog.Identities;

    [Fact]
    public void Sign_up_gets_the_next_free_account_and_owns_it()
    {
        var first = User.LastReservedAccount + 1;
        _sample.Make(Identities.Add(Key("a", first), CatalogSample.Now));
        _sample.Make(_sample.Catalog.Owners.Set(new OwnedAccount(first + 1, "bob"), CatalogSample.Now));

        Assert.Equal(first + 2, SignUp("alice").Account);
        Assert.Equal("alice", _sample.Catalog.Owners.Of(first + 2));
        Assert.Equal(first + 3, SignUp("carol").Account);
    }

    [Fact]
    public void Name_of_a_user_or_an_owner_is_taken()
    {
        SignUp("alice");
        _sample.Make(_sample.Catalog.Owners.Set(new OwnedAccount(1_001, "bob"), CatalogSample.Now));
        foreach (var name in (string[])["alice", "bob"])
        {
            var (result, records) = Identities.Add(Customer(name), UserEvent.Added, "", CatalogSample.Now);
            Assert.Equal(RejectReason.NameTaken, result.Reason);
            Assert.Empty(records);
        }
    }

    [Theory]
    [InlineData(UserEvent.Closed, "alice", true)]
    [InlineData(UserEvent.PasswordChanged, "admin", true)]
    [InlineData(UserEvent.PasswordChanged, "alice", false)]
    public void Keys_end_when_another_person_closes_a_user_or_changes_the_password(
        UserEvent what, string by, bool ends)
    {
        var user = SignUp("alice");
        _sample.Make(Identities.Add(Key("a", user.Account), CatalogSample.Now));
        _sample.Make(Identities.Add(Key("b", user.Account + 1), CatalogSample.Now));

        var (result, records) =
            Identities.Change(new UserChange("alice", what, by, PasswordHash: "new"), CatalogSample.Now);
        _sample.Apply(records);

        Assert.Equal((RejectReason.None, "new"), (result.Reason, Identities.Users.Find("alice")?.PasswordHash));
        Assert.Equal([ends, false], Identities.Keys.Select(key => key.IsRevoked));
    }

    [Fact]
    public void Authenticator_code_is_used_once()
    {
        SignUp("alice");
        var change = new UserChange("alice", UserEvent.PasswordChanged, "alice", PasswordHash: "new", CodeStep: 5);
        _sample.Apply(Identities.Change(change, CatalogSample.Now).Records);
        Assert.Equal(RejectReason.Unauthorized, Identities.Change(change, CatalogSample.Now).Result.Reason);
        Assert.Equal(
            RejectReason.UnknownUser,
            Identities.Change(change with { Name = "none" }, CatalogSample.Now).Result.Reason);
    }

    [Fact]
    public void Session_needs_an_open_user()
    {
        SignUp("alice");
        var session = new UserSession("id", "alice", 0, CatalogSample.Now + 1, "", "");
        _sample.Apply(Identities.Begin(session, 0, CatalogSample.Now)!);
        Assert.NotNull(Identities.Users.FindSession("id", CatalogSample.Now));
        _sample.Apply(
            Identities.Change(new UserChange("alice", UserEvent.Closed, "admin"), CatalogSample.Now).Records);
        Assert.Null(Identities.Users.FindSession("id", CatalogSample.Now));
        Assert.Null(Identities.Begin(session, 0, CatalogSample.Now));
    }

    [Fact]
    public void Unused_sign_up_expires_unless_it_has_a_key()
    {
        var (alice, bob) = (SignUp("alice"), SignUp("bob"));
        _sample.Make(Identities.Add(Key("b", bob.Account), CatalogSample.Now));
        Assert.Null(Identities.Users.TakeUnused(CatalogSample.Now));
        var later = CatalogSample.Now + TimeSpan.FromDays(User.UnusedDays).Nanos();

        Assert.Equal(alice, Identities.Users.TakeUnused(later));
        _sample.Apply(Identities.Expire(alice, later));
        Assert.Empty(Identities.Expire(bob, later));

        Assert.Null(Identities.Users.Find("alice"));
        Assert.Equal("", _sample.Catalog.Owners.Of(alice.Account));
    }

    private static User Customer(string name) => new(name, 0, UserRole.Customer, "hash");

    private static ApiKey Key(string digit, long account) =>
        new(string.Concat(Enumerable.Repeat(digit, 64)), account, IsAdmin: false, IsDemo: false, "label");

    private User SignUp(string name)
    {
        var (result, records) = Identities.Add(Customer(name), UserEvent.SignedUp, name, CatalogSample.Now);
        _sample.Apply(records);
        return result.User!;
    }
}

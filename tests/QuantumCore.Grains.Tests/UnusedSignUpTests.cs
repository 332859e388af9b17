using QuantumCore.Contracts;
using Xunit;

namespace QuantumCore.Grains.Tests;

/// <summary>Unused sign-ups make room for others.</summary>
public sealed class UnusedSignUpTests
{
    private static readonly TimeSpan s_afterAMonth = TimeSpan.FromDays(User.UnusedDays + 1);

    [Fact]
    public async Task An_unused_sign_up_expires_and_frees_its_name_but_not_its_account()
    {
        await using var disk = new Disk();
        var time = new ShiftedTime();
        await using (var exchange = await Exchange.OpenAsync(disk, [], [], time: time))
        {
            Assert.Equal(1_000_001, await SignUpAsync(exchange, "zoe"));
            Assert.Equal(1_000_002, await SignUpAsync(exchange, "yves"));
            time.Advance(s_afterAMonth);
            Assert.Equal(1_000_003, await SignUpAsync(exchange, "xena"));
            Assert.Equal(["xena"], await NamesAsync(exchange));
            await exchange.CrashAsync();
        }

        await using var again = await Exchange.StartAsync(disk, time: time);
        Assert.Equal(["xena"], await NamesAsync(again));
        Assert.DoesNotContain(await again.Grains.Catalog().Owners(), owned => owned.Owner is "zoe" or "yves");
        Assert.Equal(1_000_004, await SignUpAsync(again, "zoe"));
    }

    [Theory]
    [InlineData("sign-in")]
    [InlineData("key")]
    [InlineData("deposit")]
    [InlineData("role")]
    public async Task A_sign_up_that_was_used_stays(string use)
    {
        await using var disk = new Disk();
        var time = new ShiftedTime();
        await using var exchange = await Exchange.OpenAsync(disk, ["AAPL"], [], time: time);
        var account = await SignUpAsync(exchange, "zoe");
        var catalog = exchange.Grains.Catalog();
        var done = use switch
        {
            "sign-in" => BeginAsync(exchange, "zoe"),
            "key" => catalog.AddKey(new ApiKey("hash", account, false, false, "zoe")).AsTask(),
            "role" => catalog.ChangeUser(new UserChange("zoe", UserEvent.RoleChanged, "operator", Role: UserRole.Risk))
                .AsTask(),
            _ => exchange.Account(account).Deposit(new DepositRequest("first", "USD", 100)).AsTask(),
        };
        await done;

        time.Advance(s_afterAMonth);
        await SignUpAsync(exchange, "yves");
        Assert.Equal(["yves", "zoe"], await NamesAsync(exchange));
    }

    [Fact]
    public async Task A_young_sign_up_stays()
    {
        await using var disk = new Disk();
        var time = new ShiftedTime();
        await using var exchange = await Exchange.OpenAsync(disk, [], [], time: time);
        await SignUpAsync(exchange, "zoe");
        time.Advance(TimeSpan.FromDays(User.UnusedDays - 1));
        await SignUpAsync(exchange, "yves");
        Assert.Equal(["yves", "zoe"], await NamesAsync(exchange));
    }

    [Fact]
    public async Task A_session_and_its_user_are_found_by_the_sessions_name()
    {
        await using var disk = new Disk();
        await using var exchange = await Exchange.OpenAsync(disk, [], []);
        await SignUpAsync(exchange, "zoe");
        var catalog = exchange.Grains.Catalog();
        Assert.Equal("zoe", (await catalog.FindSession("zoe's first"))?.User.Name);
        Assert.Null(await catalog.FindSession("another"));
        Assert.True(await catalog.EndSessions("zoe", "zoe's first", "zoe"));
        Assert.Null(await catalog.FindSession("zoe's first"));
    }

    // Signs up as the gateway does, with the first session. Returns the account.
    private static async Task<long> SignUpAsync(Exchange exchange, string name)
    {
        var added = await exchange.Grains.Catalog()
            .AddUser(new User(name, 0, UserRole.Customer, "hash"), UserEvent.SignedUp, name);
        await BeginAsync(exchange, name, "first");
        return Assert.IsType<User>(added.User).Account;
    }

    private static async Task BeginAsync(Exchange exchange, string name, string session = "second") =>
        await exchange.Grains.Catalog()
            .BeginSession(new UserSession($"{name}'s {session}", name, 0, long.MaxValue, "", ""), 0);

    private static async Task<IEnumerable<string>> NamesAsync(Exchange exchange) =>
        (await exchange.Grains.Catalog().Users()).Users.Select(user => user.Name);
}

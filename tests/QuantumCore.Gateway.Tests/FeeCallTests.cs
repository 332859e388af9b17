using Xunit;

namespace QuantumCore.Gateway.Tests;

public sealed class FeeCallTests(SharedGateway shared) : IClassFixture<SharedGateway>
{
    private const string Schedule =
        """{"asset":"USD","tiers":[{"makerFeePpm":200,"takerFeePpm":1000},{"fromVolume":"1000000.50","makerFeePpm":-100,"takerFeePpm":500}],"why":"spring"}""";

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Fee_schedule_is_set_in_asset_units_and_shown_with_the_rates_of_the_account()
    {
        await using var exchange = await OpenGateway.StartAsync();
        const string Shown =
            """[{"asset":"USD","tiers":[{"fromVolume":"0.00","makerFeePpm":200,"takerFeePpm":1000},{"fromVolume":"1000000.50","makerFeePpm":-100,"takerFeePpm":500}],"minimumFee":"0.00"}]""";
        Assert.Equal(
            """{"account":"ACC-1001","fees":[],"schedules":[]}""",
            (await exchange.SendAsync("GET", "fees", null, "alice", Token)).Text);
        Assert.Equal(
            $$"""{"schedules":{{Shown}}}""",
            (await exchange.SendAsync("POST", "admin/fees", Schedule, "admin", Token)).Text);
        Assert.Equal(
            $$"""{"schedules":{{Shown}}}""",
            (await exchange.SendAsync("GET", "admin/fees", null, "admin", Token)).Text);
        const string Mine =
            """[{"asset":"USD","volume30Days":"0.00","makerFeePpm":200,"takerFeePpm":1000,"minimumFee":"0.00"}]""";
        var all = $$"""{"account":"ACC-1001","fees":{{Mine}},"schedules":{{Shown}}}""";
        Assert.Equal(all, (await exchange.SendAsync("GET", "fees", null, "alice", Token)).Text);
        Assert.Equal(all, (await exchange.SendAsync("GET", "admin/accounts/ACC-1001/fees", null, "admin", Token)).Text);
    }

    [Theory]
    [InlineData("""{"asset":"XYZ"}""", "asset")]
    [InlineData("""{"asset":"AAPL"}""", "asset")]
    [InlineData("""{}""", "asset")]
    [InlineData("""{"asset":"USD","tiers":[{"fromVolume":"1","makerFeePpm":0,"takerFeePpm":0}]}""", "tiers")]
    [InlineData("""{"asset":"USD","tiers":[{"fromVolume":"-1","makerFeePpm":0,"takerFeePpm":0}]}""", "tiers")]
    [InlineData(
        """{"asset":"USD","tiers":[{"makerFeePpm":0,"takerFeePpm":0},{"makerFeePpm":0,"takerFeePpm":0}]}""", "tiers")]
    [InlineData("""{"asset":"USD","tiers":[{"makerFeePpm":0,"takerFeePpm":1000001}]}""", "tiers")]
    [InlineData("""{"asset":"USD","tiers":[{"makerFeePpm":0,"takerFeePpm":-1}]}""", "tiers")]
    [InlineData("""{"asset":"USD","tiers":[{"makerFeePpm":-501,"takerFeePpm":600}]}""", "tiers")]
    [InlineData("""{"asset":"USD","minimumFee":"1"}""", "minimumFee")]
    [InlineData("""{"asset":"USD","minimumFee":"0.001"}""", "minimumFee")]
    [InlineData("""{"asset":"USD","tiers":[{"makerFeePpm":-1,"takerFeePpm":600}],"minimumFee":"1"}""", "minimumFee")]
    public async Task A_schedule_that_is_none_names_its_field_and_changes_nothing(string body, string field)
    {
        var exchange = shared.Gateway;
        Assert.Equal(field, (await exchange.SendAsync("POST", "admin/fees", body, "admin", Token))["field"]);
        Assert.Empty(exchange.Floor.Fees);
    }

    [Theory]
    [InlineData(
        """{"asset":"USD","tiers":[{"fromVolume":"1","makerFeePpm":0,"takerFeePpm":0}]}""",
        "Tier 1: fromVolume is 1.00; the first tier starts at 0.")]
    [InlineData(
        """{"asset":"USD","tiers":[{"makerFeePpm":0,"takerFeePpm":9},{"fromVolume":"0","makerFeePpm":0,"takerFeePpm":8}]}""",
        "Tier 2: fromVolume 0.00 is not above 0.00, the fromVolume of the tier before it.")]
    [InlineData(
        """{"asset":"USD","tiers":[{"makerFeePpm":0,"takerFeePpm":1000001}]}""",
        "Tier 1: takerFeePpm 1000001 is outside the range 0 to 1000000; nearest: 1000000.")]
    [InlineData(
        """{"asset":"USD","tiers":[{"makerFeePpm":-1000001,"takerFeePpm":1000000}]}""",
        "Tier 1: makerFeePpm -1000001 is outside the range -1000000 to 1000000; nearest: -1000000.")]
    [InlineData(
        """{"asset":"USD","minimumFee":"1"}""",
        "The minimumFee 1.00 needs tiers, none with a negative makerFeePpm; without them it is 0.")]
    public async Task Rejection_of_a_schedule_names_the_tier_the_value_and_the_nearest(string body, string detail)
    {
        var reply = await shared.Gateway.SendAsync("POST", "admin/fees", body, "admin", Token);
        Assert.Equal((400, detail), ((int)reply.Status, reply["detail"]));
    }
}

using System.Net;
using QuantumCore.Gateway.Admission;
using QuantumCore.Gateway.Hosting;
using QuantumCore.TestKit;
using Xunit;

namespace QuantumCore.Gateway.Tests;

/// <summary>Rate limits of sign-ins, and whom they may lock out.</summary>
public sealed class QuotaTests
{
    private static readonly GatewayOptions s_options = new()
    {
        UserSignInsPerMinute = 3,
        AddressSignInsPerMinute = 100,
    };

    private readonly GatewayMetrics _metrics = UnreadMetrics.Create();

    [Fact]
    public void Sign_in_limit_of_an_address_does_not_affect_other_addresses()
    {
        var quotas = new Quotas(s_options, _metrics, new ManualTime());
        var stranger = IPAddress.Parse("10.0.0.9");
        Assert.Equal(
            [true, true, true, false, false], Enumerable.Range(0, 5).Select(_ => quotas.TakeSignIn(stranger, "zoe")));
        Assert.True(quotas.TakeSignIn(IPAddress.Parse("10.0.0.7"), "zoe"));
        Assert.True(quotas.TakeSignIn(IPAddress.Parse("::ffff:10.0.0.9"), "yves"));
        Assert.False(quotas.TakeSignIn(IPAddress.Parse("::ffff:10.0.0.9"), "zoe"));
    }

    [Fact]
    public void Sign_ins_of_a_name_are_limited_across_addresses()
    {
        var quotas = new Quotas(s_options, _metrics, new ManualTime());
        var let = Enumerable.Range(0, 100).Count(i => quotas.TakeSignIn(IPAddress.Parse($"10.0.0.{i}"), "zoe"));
        Assert.Equal(3 * Quotas.PlacesOfUser, let);
    }

    [Fact]
    public void Authenticator_codes_of_a_user_are_limited_across_addresses()
    {
        var quotas = new Quotas(s_options, _metrics, new ManualTime());
        Assert.Equal([true, true, true, false], Enumerable.Range(0, 4).Select(_ => quotas.TakeCode("zoe")));
        Assert.True(quotas.TakeCode("yves"));
    }

    [Fact]
    public void IPv6_addresses_of_one_network_share_a_limit()
    {
        var quotas = new Quotas(s_options, _metrics, new ManualTime());
        var let =
            Enumerable.Range(0, 10).Count(i => quotas.TakeSignIn(IPAddress.Parse($"2001:db8:1:2::{i + 1:x}"), "zoe"));
        Assert.Equal(3, let);
        Assert.True(quotas.TakeSignIn(IPAddress.Parse("2001:db8:1:3::1"), "zoe"));
    }
}

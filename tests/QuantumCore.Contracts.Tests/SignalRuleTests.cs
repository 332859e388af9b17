using QuantumCore.Instruments;
using Xunit;

namespace QuantumCore.Contracts.Tests;

/// <summary>Orders of signals, by action, policy and position.</summary>
public class SignalRuleTests
{
    [Theory]
    [InlineData(SignalPolicy.Skip, 0, 10)]
    [InlineData(SignalPolicy.Skip, 4, 0)]
    [InlineData(SignalPolicy.Skip, -4, 0)]
    [InlineData(SignalPolicy.Add, 0, 10)]
    [InlineData(SignalPolicy.Add, 4, 10)]
    [InlineData(SignalPolicy.Add, -4, 10)]
    [InlineData(SignalPolicy.Flatten, 0, 0)]
    [InlineData(SignalPolicy.Flatten, 4, 0)]
    [InlineData(SignalPolicy.Flatten, -4, 4)]
    [InlineData(SignalPolicy.Reverse, 0, 10)]
    [InlineData(SignalPolicy.Reverse, 4, 0)]
    [InlineData(SignalPolicy.Reverse, -4, 14)]
    public void A_signal_meets_a_position(SignalPolicy policy, long position, long lots)
    {
        Assert.Equal((Side.Buy, lots), SignalRules.Decide(SignalAction.Buy, policy, 10, position, mayGoShort: true));
        Assert.Equal((Side.Sell, lots), SignalRules.Decide(SignalAction.Sell, policy, 10, -position, mayGoShort: true));
    }

    [Theory]
    [InlineData(SignalPolicy.Add, 4, 4)]
    [InlineData(SignalPolicy.Add, 40, 10)]
    [InlineData(SignalPolicy.Reverse, 4, 4)]
    [InlineData(SignalPolicy.Reverse, 0, 0)]
    [InlineData(SignalPolicy.Flatten, 40, 40)]
    [InlineData(SignalPolicy.Skip, 40, 0)]
    [InlineData(SignalPolicy.Skip, 0, 0)]
    public void An_account_that_can_not_be_short_sells_what_it_has_at_most(
        SignalPolicy policy, long position, long lots) =>
        Assert.Equal((Side.Sell, lots), SignalRules.Decide(SignalAction.Sell, policy, 10, position, mayGoShort: false));

    [Theory]
    [InlineData(7, Side.Sell, 7)]
    [InlineData(-7, Side.Buy, 7)]
    [InlineData(0, Side.Sell, 0)]
    public void To_flatten_is_to_end_the_position_whatever_the_policy(long position, Side side, long lots) =>
        Assert.All(Enum.GetValues<SignalPolicy>(), policy =>
            Assert.Equal(
                (side, lots), SignalRules.Decide(SignalAction.Flatten, policy, 0, position, mayGoShort: true)));

    [Fact]
    public void Every_strategy_and_key_have_a_name_of_their_own_that_an_order_may_have()
    {
        var names = (from strategy in (string[])["a", "a-b", "abcdefghijkl"]
                     from key in (string[])["1", "2", "b.1", new string('k', 64)]
                     select SignalNames.ClientOrderId(strategy, key)).ToArray();
        Assert.Equal(names.Length, names.Distinct(StringComparer.Ordinal).Count());
        Assert.All(names, name => Assert.True(ClientOrderId.IsValid(name) && SignalNames.IsOfSignal(name), name));
        Assert.Equal("sig.a." + names[0][6..], SignalNames.ClientOrderId("a", "1"));
    }
}

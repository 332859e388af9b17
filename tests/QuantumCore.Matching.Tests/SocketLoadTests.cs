using System.Text;
using QuantumCore.Bench.Exchange;
using Xunit;

namespace QuantumCore.Matching.Tests;

/// <summary>The load over trading sockets counts the orders that the exchange accepted.</summary>
public sealed class SocketLoadTests
{
    [Theory]
    [InlineData("""{"id":7,"status":200,"result":{"order":{"orderId":"1"}}}""", 1, 0)]
    [InlineData("""{"id":7,"status":422,"error":{"code":"InsufficientFunds"}}""", 1, 1)]
    [InlineData(
        """{"id":7,"status":200,"result":{"results":[{"order":{}},{"error":{"code":"Overloaded"}},{"order":{}}]}}""",
        3, 1)]
    [InlineData("""{"id":7,"status":503,"error":{"code":"Overloaded"}}""", 100, 100)]
    public void Rejected_orders_of_a_message_are_not_counted_as_accepted(string answer, int batch, int rejected) =>
        Assert.Equal(rejected, SocketLoad.RefusedIn(Encoding.UTF8.GetBytes(answer), batch));
}

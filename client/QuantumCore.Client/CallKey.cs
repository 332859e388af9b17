using System.Globalization;
using System.Security.Cryptography;

namespace QuantumCore.Client;

/// <summary>Client order ids and idempotency keys: a retry under the same key takes effect once.</summary>
internal static class CallKey
{
    internal static string New() => Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(16));

    /// <summary>Returns the caller's key if it is valid, or a new one if it is null.</summary>
    internal static string Of(string? key, string field) => key is null ? New() : Checked(key, field);

    /// <summary>
    /// Returns the client order id or key if it is valid. It becomes a path segment: one that URL normalisation removes
    /// would address another endpoint, so it is rejected before anything is sent.
    /// </summary>
    internal static string Checked(string key, string field) =>
        key.Length is > 0 and <= 36 && key.AsSpan().IndexOfAnyExceptInRange('!', '~') < 0 &&
        key.AsSpan().IndexOfAny('/', '\\') < 0 && key is not ("." or "..")
            ? key
            : throw new QuantumCoreException(new Refusal(
                RejectCodes.BadRequest,
                Title: null,
                "1 to 36 printable ASCII characters without spaces and slashes; not '.' and not '..'.",
                Status: null,
                field,
                Limit: null));

    internal static PlaceOrder Named(PlaceOrder order) =>
        order with { ClientOrderId = Of(order.ClientOrderId, "clientOrderId") };

    /// <summary>Returns the order with a client order id, checked by its index in the batch.</summary>
    internal static PlaceOrder Named(PlaceOrder order, int at)
    {
        if (order is null)
            throw new ArgumentException(
                string.Create(CultureInfo.InvariantCulture, $"Order {at} is null."), nameof(order));

        return order with
        {
            ClientOrderId = Of(
                order.ClientOrderId, string.Create(CultureInfo.InvariantCulture, $"orders[{at}].clientOrderId")),
        };
    }
}

using System.Net;
using QuantumCore.Contracts;
using QuantumCore.Gateway.Hosting;
using QuantumCore.Gateway.Identity;

namespace QuantumCore.Gateway.Fix;

/// <summary>Lets holders of keys with an account begin a session.</summary>
internal sealed class FixLogons(
    FixServices services, SecretSeal seal, ExchangeReadiness readiness, GatewayOptions options)
{
    private const string Unknown = "The key is not known, or may not be used from here.";

    /// <summary>Authenticates a logon whose session fields are valid.</summary>
    /// <param name="message">Logon (A).</param>
    /// <param name="address">Client IP.</param>
    public async ValueTask<FixLogon> JudgeAsync(FixMessage message, IPAddress? address)
    {
        if (!readiness.IsReady)
            return Refused("The exchange is not open yet.");
        if (!services.Quotas.TakeSignIn(address, ""))
            return Refused("Too many attempts from this address: wait a minute.");
        if (message[FixTag.CancelOrdersOnDisconnect] is not (null or "Y" or "N"))
            return Refused("CancelOrdersOnDisconnect (8013) is Y or N.");

        // A signing key names its holder and proves nothing; a key without a secret is itself the secret.
        var signature = message[FixTag.RawData];
        if ((signature is null ? message[FixTag.Password] : message[FixTag.UserName]) is not { } shown)
            return Refused(
                "Password (554) is the key; of a key that signs Username (553) is the key and RawData (96) the signature.");
        if (await services.Keys.FindAsync(shown, address) is not { } key
            || (key.IsDemo && !options.DemoAnywhere && (address is null || !IPAddress.IsLoopback(address))))
        {
            return Refused(Unknown);
        }

        if (signature is null
            ? key is { Signing: not null, IsDemo: false }
            : !RequestSignature.IsValid(seal, key, Payload(message), signature))
            return Refused(signature is null
                ? "This key signs: RawData (96) is missing."
                : "RawData (96) is not the key's signature of this logon.");
        if (key.Account == 0)
            return Refused("This key has no account.");
        if (!key.Rights.HasFlag(KeyRights.Read))
            return Refused("This key may not see orders.");

        var holder = new FixHolder(
            key.Account,
            key.Rights.HasFlag(KeyRights.Trade),
            address,
            async () => await services.Keys.FindAsync(shown, address) is not null,
            message[FixTag.CancelOrdersOnDisconnect] == "Y");
        var trader = new FixTrader(services, holder);
        return await trader.TakePlaceAsync(message[FixTag.Sender]!) is { } refusal
            ? Refused(refusal)
            : new FixLogon(trader, null);
    }

    /// <summary>Returns the payload that a signing key signs for a logon.</summary>
    private static string Payload(FixMessage message) => string.Join(
        '\x01', "A", message[FixTag.Sender], message[FixTag.Target], message[FixTag.Sequence],
        message[FixTag.SendingTime]);

    private static FixLogon Refused(string text) => new(null, text);
}

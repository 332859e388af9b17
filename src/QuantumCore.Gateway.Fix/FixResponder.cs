using System.Globalization;
using System.Security.Cryptography;
using Microsoft.Extensions.Logging;
using QuantumCore.Contracts;
using QuantumCore.Gateway.Http;
using QuantumCore.Instruments;

namespace QuantumCore.Gateway.Fix;

/// <summary>Answers requests of a session in the format of their type.</summary>
internal sealed class FixResponder(long account, FixOrderNames names, ILogger log)
{
    // Random per session, so that ids of its rejections are unique across sessions.
    private readonly string _name = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(6));
    private FixSession _session = null!;
    private long _refusals;

    /// <summary>Begins to answer through a session.</summary>
    public void Start(FixSession session) => _session = session;

    /// <summary>Sends an answer to a request, back along its route.</summary>
    public void Send(string type, FixMessage request, Action<FixWriter> body) =>
        _session.Send(type, body, route: FixRoute.BackOf(request));

    /// <summary>Rejects a request of a key that may only read.</summary>
    public void RefuseTrading(FixMessage message) =>
        _session.RejectBusiness(message, 6, message[FixTag.ClOrdID], FixTrader.MayNotTrade);

    /// <summary>Rejects a request that breaks the rules of its type.</summary>
    public void Reject(FixMessage message, FixFault fault) =>
        _session.Reject(message, fault.Tag, fault.Reason, fault.Text);

    /// <summary>Rejects a request in the format of its type.</summary>
    public void Refuse(FixMessage message, Refusal refusal)
    {
        if (refusal.Reason == RejectReason.OutcomeUnknown)
        {
            _session.RejectBusiness(
                message, 0, message[FixTag.ClOrdID],
                "The outcome is not known. Ask for its status, or send it again with PossResend (97) Y.");
            return;
        }

        switch (message.Type)
        {
            // The copy is rejected: the original order may well exist.
            case "D"
                when FixRequest.IsCopy(message)
                    && refusal.Reason is (RejectReason.Overloaded or RejectReason.TooManyRequests):
                _session.RejectBusiness(message, 4, message[FixTag.ClOrdID], FixReports.Sentence(refusal));
                break;
            // This tells nothing about the order, which may be open.
            case "H" when refusal.Reason != RejectReason.UnknownOrder:
                _session.RejectBusiness(message, 4, message[FixTag.ClOrdID], FixReports.Sentence(refusal));
                break;
            case "D" or "H":
                var execId =
                    string.Create(CultureInfo.InvariantCulture, $"R-{_name}-{Interlocked.Increment(ref _refusals)}");
                _session.Send(
                    "8", to => FixReports.WriteRefusal(to, account, message, execId, refusal),
                    route: FixRoute.BackOf(message));
                break;
            case "F" or "G":
                RefuseCancel(
                    message, message[FixTag.OrigClOrdID] is { } named ? names.Open(names.NameOf(named)) : null,
                    refusal);
                break;
            case "q":
                TellMassCancel(message, '0', refusal, 0);
                break;
            default:
                _session.RejectBusiness(message, 4, null, FixReports.Sentence(refusal));
                break;
        }
    }

    /// <summary>Rejects a cancel or replacement, with the order as far as it is known.</summary>
    public void RefuseCancel(FixMessage message, PastOrder? order, Refusal refusal)
    {
        if (refusal.Reason == RejectReason.OutcomeUnknown)
            Refuse(message, refusal);
        else
            _session.Send(
                "9", to => FixReports.WriteCancelReject(to, message, order, refusal), route: FixRoute.BackOf(message));
    }

    /// <summary>Reports the result of a mass cancel.</summary>
    public void TellMassCancel(FixMessage message, char response, Refusal? refusal, int cancelled) =>
        _session.Send("r", to =>
        {
            to.Add(FixTag.ClOrdID, message[FixTag.ClOrdID] ?? "NONE");
            to.Add(FixTag.OrderID, "NONE");
            to.Add(FixTag.MassCancelRequestType, message[FixTag.MassCancelRequestType] ?? "7");
            to.Add(FixTag.MassCancelResponse, response);
            if (refusal is { } refused)
            {
                // A char in FIX 4.4, one letter only, so clients cannot read its value 99 (other).
                if (refused.Reason == RejectReason.UnknownSymbol)
                    to.Add(FixTag.MassCancelRejectReason, '1');
                to.Add(FixTag.Text, FixReports.Sentence(refused));
            }

            to.Add(FixTag.TotalAffectedOrders, cancelled);
            if (message[FixTag.Symbol] is { } symbol)
                to.Add(FixTag.Symbol, symbol);
        }, route: FixRoute.BackOf(message));

    /// <summary>Logs a failed request, whose outcome is unknown, and answers it.</summary>
    public void Fail(FixMessage message, Exception error)
    {
        Log.RequestFailed(log, "FIX", message.Type, error);
        Refuse(message, new Refusal(RejectReason.OutcomeUnknown));
    }
}

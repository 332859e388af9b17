namespace QuantumCore.Gateway.Fix;

/// <summary>
/// A FIX 4.4 session, from its connection to its end, without I/O of its own. Received messages are handled one after
/// the other. Any thread may send; messages get their numbers in the order in which they are offered to the line.
/// </summary>
internal sealed class FixSession(TimeProvider time, IFixLine line, Func<FixMessage, ValueTask<FixLogon>> logOn)
    : IAsyncDisposable
{
    /// <summary>BeginString (8).</summary>
    public const string Version = "FIX.4.4";

    /// <summary>The exchange's CompID.</summary>
    public const string Exchange = "QUANTUMCORE";

    /// <summary>Maximum length of SenderCompID (49).</summary>
    public const int LongestClient = 64;

    /// <summary>Maximum of HeartBtInt (108), in seconds.</summary>
    public const int MostHeartbeatSeconds = 3600;

    /// <summary>Timeout for the answer to the logon.</summary>
    public static readonly TimeSpan LogonPatience = TimeSpan.FromSeconds(10);

    /// <summary>BusinessRejectReason (380) for an unsupported message type.</summary>
    public const int UnsupportedType = 3;

    private readonly Lock _gate = new();
    private readonly SentMessages _kept = new();
    private readonly long _began = time.GetTimestamp();
    private IFixApplication? _application;
    private TimeSpan _heartbeat;
    private int _next = 1;
    private int _expected = 1;
    private int _missingThrough;
    private long _asked;
    private long _sent;
    private long _heard;
    private long? _tested;
    private bool _isObeying;
    private bool _isClosed;
    private TaskCompletionSource? _applicationEnd;

    /// <summary>SenderCompID (49) of the client, once known.</summary>
    public string? Client { get; private set; }

    /// <summary>Reason why the session ended; null if it ended with the connection.</summary>
    public string? Why { get; private set; }

    /// <summary>
    /// Handles a message; the next one may come when this one is done. Messages after the session's end are ignored.
    /// </summary>
    public async ValueTask ObeyAsync(FixMessage message)
    {
        lock (_gate)
        {
            if (_isClosed)
                return;

            _isObeying = true;
        }

        try
        {
            if (_application is not { } application)
                await LogOnAsync(message);
            else if (Admit(message, application))
                await CarryAsync(message, application);
        }
        finally
        {
            lock (_gate)
                (_isObeying, _heard, _tested) = (false, time.GetTimestamp(), null);
        }
    }

    /// <summary>Sends an application message with the next number; messages after the session's end are lost.</summary>
    /// <param name="type">Message type.</param>
    /// <param name="body">Writes the fields of the body.</param>
    /// <param name="isKept">True if the message is kept for resending; outdated prices are not.</param>
    /// <param name="route">Return route to the party whose message it answers.</param>
    public void Send(string type, Action<FixWriter> body, bool isKept = true, FixRoute route = default)
    {
        var writer = new FixWriter();
        body(writer);
        lock (_gate)
        {
            if (_isClosed)
                return;

            // Its time is read once: a resent message has the original time.
            var now = time.GetUtcNow();
            if (isKept)
                _kept.Add(new SentMessage(_next, type, now, writer.Written.ToArray(), route));
            Put(type, writer, now, route);
        }
    }

    /// <summary>Rejects a message because of one of its tags.</summary>
    public void Reject(FixMessage message, int tag, FixReject reason, string text)
    {
        var body = new FixWriter().Add(FixTag.RefSequence, message.Sequence);
        if (tag >= 0)
            body.Add(FixTag.RefTag, tag);
        body.Add(FixTag.RefType, message.Type).Add(FixTag.RejectReason, (long)reason)
            .Add(FixTag.Text, new FixFault(tag, reason, text).Told(message));
        lock (_gate)
        {
            if (!_isClosed)
                Put("3", body, time.GetUtcNow(), FixRoute.BackOf(message));
        }
    }

    /// <summary>Rejects a well-formed message.</summary>
    public void RejectBusiness(FixMessage message, int reason, string? refId, string text) => Send("j", to => to
        .Add(FixTag.RefSequence, message.Sequence)
        .Add(FixTag.RefType, message.Type)
        .Add(FixTag.BusinessRefId, refId ?? "")
        .Add(FixTag.BusinessRejectReason, reason)
        .Add(FixTag.Text, text), route: FixRoute.BackOf(message));

    /// <summary>Ends the session with a Logout that tells the reason.</summary>
    public void LogOut(string why) => End(why);

    /// <summary>Checks the clock, about once a second: heartbeats, silent clients, missing logons.</summary>
    public void Tick()
    {
        lock (_gate)
        {
            if (_isClosed)
                return;

            if (_application is null)
            {
                if (time.GetElapsedTime(_began) >= LogonPatience)
                    End("The logon took too long.");
                return;
            }

            if (time.GetElapsedTime(_sent) >= _heartbeat)
                Put("0", new FixWriter());
            if (_isObeying || time.GetElapsedTime(_tested ?? _heard) < 1.2 * _heartbeat)
                return;

            if (_tested is not null)
            {
                End("Nothing was heard, and the TestRequest was not answered.");
                return;
            }

            _tested = time.GetTimestamp();
            Put("1", new FixWriter().Add(FixTag.TestRequestId, $"TEST-{_next}"));
        }
    }

    /// <summary>
    /// Ends the session because another connection takes its place, with a Logout that says so. Its application also
    /// ends at once, without waiting until the client has gone.
    /// </summary>
    public Task GiveWayAsync(string why)
    {
        End(why);
        return EndApplicationAsync();
    }

    /// <summary>
    /// Ends the session with its connection: nothing more is sent. Call it after the last message is handled.
    /// </summary>
    public async ValueTask DisposeAsync()
    {
        lock (_gate)
            _isClosed = true;
        await EndApplicationAsync();
    }

    /// <summary>Disposes of the application once; completes when that is done.</summary>
    private async Task EndApplicationAsync()
    {
        TaskCompletionSource? end = null;
        Task? ending;
        lock (_gate)
        {
            ending = _applicationEnd?.Task;
            if (ending is null)
                _applicationEnd = end = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        }

        if (ending is not null)
        {
            await ending;
            return;
        }

        try
        {
            if (_application is not null)
                await _application.DisposeAsync();
        }
        finally
        {
            end!.SetResult();
        }
    }

    private async ValueTask LogOnAsync(FixMessage message)
    {
        lock (_gate)
        {
            if (message.Type == "A" && message[FixTag.Sender] is { Length: > 0 and <= LongestClient } client)
                Client = client;
            if (WrongLogon(message) is { } wrong)
            {
                End(wrong);
                return;
            }
        }

        var (application, refusal) = await logOn(message);
        bool isLate, begins;
        lock (_gate)
        {
            // If the session ended meanwhile, the application is disposed of with it, or here if that is done already.
            isLate = _applicationEnd is not null;
            begins = application is not null && !_isClosed;
            _application = isLate ? null : application;
            if (begins)
                Begin(message);
            else if (application is null)
                End(refusal);
        }

        if (isLate && application is not null)
            await application.DisposeAsync();
        else if (begins)
            application!.Begin(this);
    }

    /// <summary>Returns why a logon is invalid, apart from the client's identity; null if it is valid.</summary>
    private string? WrongLogon(FixMessage message)
    {
        if (message.Type != "A")
            return "The first message is a Logon.";
        if (message.Version != Version)
            return $"BeginString (8) is {Version}.";
        if (Client is null)
            return $"SenderCompID (49) is of 1 to {LongestClient} characters.";
        if ((FixRules.WrongFields(message, null) ?? FixRules.WrongHeader(message, Client, time.GetUtcNow())
            ?? WrongSettings(message)) is { } fault)
            return fault.Told(message);
        return message.Sequence == 1
            ? null
            : "A session begins at 1: a logon has MsgSeqNum (34) 1, and ResetSeqNumFlag (141) Y.";
    }

    private static FixFault? WrongSettings(FixMessage message)
    {
        if (message[FixTag.EncryptMethod] != "0")
            return new FixFault(FixTag.EncryptMethod, FixReject.ValueIncorrect, "EncryptMethod (98) is 0.");
        if (message.Number(FixTag.HeartbeatSeconds) is not (>= 1 and <= MostHeartbeatSeconds))
            return new FixFault(
                FixTag.HeartbeatSeconds, FixReject.ValueIncorrect,
                $"HeartBtInt (108) is 1 to {MostHeartbeatSeconds} seconds.");
        return message[FixTag.ResetNumbers] is null or "Y" or "N"
            ? null
            : new FixFault(FixTag.ResetNumbers, FixReject.ValueIncorrect, "ResetSeqNumFlag (141) is Y or N.");
    }

    /// <summary>Starts the sequence numbers of both sides, with the answer to a logon.</summary>
    private void Begin(FixMessage logon)
    {
        var seconds = logon.Number(FixTag.HeartbeatSeconds)!.Value;
        (_next, _expected, _missingThrough) = (1, 2, 0);
        _kept.Clear();
        _heartbeat = TimeSpan.FromSeconds(seconds);
        var answer = new FixWriter().Add(FixTag.EncryptMethod, 0).Add(FixTag.HeartbeatSeconds, seconds);
        Put("A", logon[FixTag.ResetNumbers] == "Y" ? answer.Add(FixTag.ResetNumbers, 'Y') : answer);
    }

    /// <summary>
    /// Returns true if a message is to be handled: from the client, in its turn, and well formed. Otherwise it is
    /// answered here.
    /// </summary>
    private bool Admit(FixMessage message, IFixApplication application)
    {
        lock (_gate)
        {
            if (message.Version != Version || message.Sequence < 0)
            {
                End(message.Version != Version
                    ? $"BeginString (8) is {Version}."
                    : "MsgSeqNum (34) is missing, or no number.");
                return false;
            }

            if (FixRules.WrongHeader(message, Client!, time.GetUtcNow()) is { } wrong)
            {
                if (message.Sequence == _expected)
                    _expected++;
                Reject(message, wrong);
                if (wrong.Reason is FixReject.CompIdProblem or FixReject.SendingTimeProblem)
                    End(wrong.Told(message));
                return false;
            }

            // Rejects are not rejected in turn: two sides could do so for ever.
            return TakeTurn(message) && message.Type is not ("3" or "j") && IsWellFormed(message, application);
        }
    }

    private bool IsWellFormed(FixMessage message, IFixApplication application)
    {
        if (!FixRules.IsType(message.Type))
            Reject(message, FixTag.Type, FixReject.InvalidMessageType, "FIX 4.4 has no such MsgType (35).");
        else if (!FixRules.IsOfSession(message.Type) && !application.Knows(message.Type))
            RejectBusiness(
                message, UnsupportedType, null, $"The exchange does not take messages of type {message.Type}.");
        else if (FixRules.WrongFields(message, application) is { } wrong)
            Reject(message, wrong);
        else
            return true;
        return false;
    }

    /// <summary>Checks the sequence number of a message; true if it may be handled now.</summary>
    private bool TakeTurn(FixMessage message)
    {
        var beginsAnew = message.Type switch
        {
            "4" => message[FixTag.GapFill] is null or "N",
            "A" => message.Sequence == 1 && message[FixTag.ResetNumbers] == "Y",
            _ => false,
        };
        if (beginsAnew)
            return true;

        if (message.Sequence > _expected)
        {
            if (message.Type != "5")
                AskFor(message.Sequence - 1);

            // A client that waits for lost messages may still ask for those it lost, and may log out.
            return message.Type is "2" or "5";
        }

        if (message.Sequence < _expected)
        {
            if (message[FixTag.PossibleDuplicate] != "Y")
                End($"MsgSeqNum too low, expecting {_expected} but received {message.Sequence}");
            return false;
        }

        _expected++;
        return true;
    }

    /// <summary>Requests missing messages; repeats the request only after a long time without result.</summary>
    private void AskFor(int last)
    {
        if (_expected <= _missingThrough && time.GetElapsedTime(_asked) < _heartbeat)
            return;

        (_missingThrough, _asked) = (last, time.GetTimestamp());
        Put("2", new FixWriter().Add(FixTag.BeginSequence, _expected).Add(FixTag.EndSequence, 0));
    }

    private async ValueTask CarryAsync(FixMessage message, IFixApplication application)
    {
        switch (message.Type)
        {
            case "0":
                break;
            case "1":
                AnswerTest(message);
                break;
            case "2":
                await ResendAsync(message);
                break;
            case "4":
                Renumber(message);
                break;
            case "5":
                End(null);
                break;
            case "A":
                LogOnAgain(message);
                break;
            default:
                await application.TakeAsync(message);
                break;
        }
    }

    private void AnswerTest(FixMessage message)
    {
        lock (_gate)
        {
            if (message[FixTag.TestRequestId] is not { } id)
                Reject(message, Missing(FixTag.TestRequestId));
            else if (!_isClosed)
                Put("0", new FixWriter().Add(FixTag.TestRequestId, id));
        }
    }

    private async ValueTask ResendAsync(FixMessage message)
    {
        if (Need(message, FixTag.BeginSequence) is not { } first || Need(message, FixTag.EndSequence) is not { } last)
            return;

        // One answer is in flight at a time, so that a client that asks often and does not read fills no memory.
        await line.DrainedAsync();
        lock (_gate)
        {
            last = last == 0 ? _next - 1 : Math.Min(last, _next - 1);
            if (first < 1 || first > last)
                Reject(
                    message, FixTag.BeginSequence, FixReject.ValueIncorrect,
                    $"BeginSeqNo (7) is 1 to {_next - 1}, and not above EndSeqNo (16).");
            else if (!_isClosed)
                Resend(first, last);
        }
    }

    private void Resend(int first, int last)
    {
        var now = time.GetUtcNow();
        foreach (var message in _kept.Between(first, last))
        {
            FillGap(first, message.Sequence, now);
            PutAgain(
                new FixHead(message.Type, Client!, message.Sequence, now, message.Time, message.Route),
                message.Body.Span);
            first = message.Sequence + 1;
        }

        FillGap(first, last + 1, now);
        _sent = time.GetTimestamp();
    }

    private void FillGap(int first, int next, DateTimeOffset now)
    {
        if (first < next)
            PutAgain(
                new FixHead("4", Client!, first, now, now),
                new FixWriter().Add(FixTag.GapFill, 'Y').Add(FixTag.NewSequence, next).Written.Span);
    }

    /// <summary>
    /// Handles a SequenceReset: the numbers up to a new one will not come. A gap fill must be in its turn; otherwise
    /// its own number is ignored.
    /// </summary>
    private void Renumber(FixMessage message)
    {
        if (Need(message, FixTag.NewSequence) is not { } next)
            return;

        lock (_gate)
        {
            if (message[FixTag.GapFill] is not (null or "Y" or "N"))
                Reject(message, FixTag.GapFill, FixReject.ValueIncorrect, "GapFillFlag (123) is Y or N.");
            else if (next < _expected)
                Reject(
                    message, FixTag.NewSequence, FixReject.ValueIncorrect, $"NewSeqNo (36) is {_expected} at least.");
            else
                _expected = next;
        }
    }

    /// <summary>
    /// Handles a second logon, which may only restart the sequence numbers: the first logon settled the client's
    /// identity.
    /// </summary>
    private void LogOnAgain(FixMessage message)
    {
        lock (_gate)
        {
            if (message.Sequence != 1 || message[FixTag.ResetNumbers] != "Y")
                Reject(
                    message, FixTag.Type, FixReject.Other,
                    "The session is logged on. With MsgSeqNum (34) 1 and ResetSeqNumFlag (141) Y its numbers begin anew.");
            else if (WrongSettings(message) is { } wrong)
                Reject(message, wrong);
            else if (!_isClosed)
                Begin(message);
        }
    }

    private int? Need(FixMessage message, int tag)
    {
        var number = message.Number(tag);
        if (number is null)
            Reject(message, message.Has(tag)
                ? new FixFault(tag, FixReject.IncorrectDataFormat, $"{tag} is a whole number.")
                : Missing(tag));
        return number;
    }

    private static FixFault Missing(int tag) => new(tag, FixReject.RequiredTagMissing, $"{tag} is missing.");

    private void Reject(FixMessage message, FixFault fault) => Reject(message, fault.Tag, fault.Reason, fault.Text);

    /// <summary>
    /// Ends the session, with a Logout if the client is known. A client that did not begin with a logon gets no
    /// message.
    /// </summary>
    private void End(string? why)
    {
        lock (_gate)
        {
            if (_isClosed)
                return;

            if (Client is not null)
                Put("5", new FixWriter().Add(FixTag.Text, why ?? ""));
            Why = why ?? "The client logged out.";
            _isClosed = true;
            line.Close();
        }
    }

    private void Put(string type, FixWriter body) => Put(type, body, time.GetUtcNow());

    private void Put(string type, FixWriter body, DateTimeOffset now, FixRoute route = default)
    {
        line.Offer(FixWriter.Message(new FixHead(type, Client!, _next++, now, null, route), body.Written.Span));
        _sent = time.GetTimestamp();
    }

    private void PutAgain(in FixHead head, ReadOnlySpan<byte> body) =>
        line.Offer(FixWriter.Message(head, body), isAskedFor: true);
}

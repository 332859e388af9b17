using Xunit;

namespace QuantumCore.Gateway.Fix.Tests;

/// <summary>Session of FIX 4.4: logon, message numbers, gaps, heartbeats and the end.</summary>
public sealed class FixSessionTests : IAsyncDisposable
{
    private const string Logon = "> A 1 98=0|108=30|554=key";
    private const string LoggedOn = "< A 1 98=0|108=30";

    private readonly FixDesk _desk = new();

    public ValueTask DisposeAsync() => _desk.DisposeAsync();

    [Fact]
    public async Task A_logon_is_answered_and_only_then_the_application_begins()
    {
        await _desk.Plays(Logon, LoggedOn, "> 1 2 112=HELLO", "< 0 2 112=HELLO");
        Assert.Equal(1, _desk.Begun);
        Assert.Equal("DESK", _desk.Session.Client);
        Assert.Equal(
            "8=FIX.4.4|9=70|35=A|49=QUANTUMCORE|56=DESK|34=1|52=20260102-09:00:00.000|98=0|108=30|10=094|",
            _desk.Sent[0]);
    }

    [Theory]
    [InlineData("5", "", "98=0|108=30|554=key", "MsgSeqNum (34) 1")]
    [InlineData("0", "", "98=0|108=30|554=key|141=Y", "MsgSeqNum (34) 1")]
    [InlineData("1", "34", "98=0|108=30|554=key|141=Y", "MsgSeqNum (34) 1")]
    [InlineData("1", "", "98=1|108=30|554=key", "EncryptMethod (98)")]
    [InlineData("1", "", "108=30|554=key", "EncryptMethod (98)")]
    [InlineData("1", "", "98=0|554=key", "HeartBtInt (108)")]
    [InlineData("1", "", "98=0|108=0|554=key", "HeartBtInt (108)")]
    [InlineData("1", "", "98=0|108=3601|554=key", "HeartBtInt (108)")]
    [InlineData("1", "", "98=0|108=-1|554=key", "HeartBtInt (108)")]
    [InlineData("1", "", "98=0|108=30|141=J|554=key", "ResetSeqNumFlag (141)")]
    [InlineData("1", "56=NASDAQ", "98=0|108=30|554=key", "TargetCompID (56)")]
    [InlineData("1", "52=@-121", "98=0|108=30|554=key", "two minutes")]
    [InlineData("1", "52=@+121", "98=0|108=30|554=key", "two minutes")]
    [InlineData("1", "52=now", "98=0|108=30|554=key", "SendingTime (52)")]
    [InlineData("1", "52", "98=0|108=30|554=key", "52 is missing")]
    [InlineData("1", "", "98=0|108=30|554=key|789=1", "789 is not a tag")]
    [InlineData("1", "", "98=0|108=30|554=key|55=BTC-USD", "55 is not a tag")]
    [InlineData("1", "", "98=0|108=30|108=31|554=key", "108 is there more than once")]
    [InlineData("1", "", "98=0|108=30|95=5|96=abc|554=key", "RawDataLength (95)")]
    [InlineData("1", "", "98=0|108=30|554=other", "The key is not known.")]
    [InlineData("1", "", "98=0|108=30", "The key is not known.")]
    public async Task A_logon_that_is_refused_gets_a_logout_that_says_why(
        string number, string header, string body, string why)
    {
        await _desk.Session.ObeyAsync(FixText.Message(_desk.Whole($"A {number} [{header}] {body}")));
        var only = Assert.Single(_desk.Out());
        Assert.StartsWith("5 1 58=", only, StringComparison.Ordinal);
        Assert.Contains(why, only, StringComparison.Ordinal);
        Assert.Equal((0, true), (_desk.Begun, _desk.IsClosed));
        await _desk.Plays(Logon);
    }

    [Theory]
    [InlineData("52=@-119")]
    [InlineData("52=@+119")]
    [InlineData("43=N")]
    [InlineData("50=trader")]
    public async Task Logon_within_its_limits_is_accepted(string header) => await _desk.Plays(
        $"> A 1 [{header}] 98=0|108=3600|95=3|96=a|b|554=key|8013=Y", "< A 1 98=0|108=3600");

    [Fact]
    public async Task Another_version_of_FIX_is_logged_out()
    {
        await _desk.Session.ObeyAsync(FixText.Message(_desk.Whole("A 1 98=0|108=30|554=key"), "FIX.4.2"));
        await _desk.Plays("< 5 1 58=BeginString (8) is FIX.4.4.", "closed");
    }

    [Fact]
    public async Task Another_version_of_FIX_within_a_session_ends_it()
    {
        await _desk.Starts();
        await _desk.Session.ObeyAsync(FixText.Message(_desk.Whole("1 2 112=id"), "FIX.4.1"));
        await _desk.Plays("< 5 2 58=BeginString (8) is FIX.4.4.", "closed");
    }

    [Theory]
    [InlineData("> 0 1")]
    [InlineData("> D 1 11=a")]
    [InlineData("> A 1 [49] 98=0|108=30|554=key")]
    [InlineData("> A 1 [49=12345678901234567890123456789012345678901234567890123456789012345] 98=0|108=30|554=key")]
    public async Task Connection_without_an_identifying_logon_is_closed_without_a_response(string first) =>
        await _desk.Plays(first, "closed");

    [Fact]
    public async Task A_name_may_have_64_characters()
    {
        var name = new string('n', 64);
        await _desk.Plays(
            $"> A 1 [49={name}] 98=0|108=30|554=key", LoggedOn, $"> 0 2 [49={name}]", $"> 5 3 [49={name}]", "< 5 2",
            "closed");
        Assert.Contains($"|56={name}|", _desk.Sent[0], StringComparison.Ordinal);
    }

    [Fact]
    public async Task Connection_without_a_logon_is_closed_after_ten_seconds()
    {
        await _desk.Plays("+ 9");
        Assert.False(_desk.IsClosed);
        await _desk.Plays("+ 1", "closed");
    }

    [Fact]
    public async Task Logon_that_times_out_disposes_its_application()
    {
        var patience = new TaskCompletionSource();
        _desk.Patience = patience.Task;
        var logon = _desk.Session.ObeyAsync(FixText.Message(_desk.Whole("A 1 98=0|108=30|554=key")));
        await _desk.Plays("+ 10", "< 5 1 58=The logon took too long.", "closed");
        patience.SetResult();
        await logon;
        Assert.Equal((0, 0), (_desk.Begun, _desk.Disposed));
        await _desk.Session.DisposeAsync();
        Assert.Equal((0, 1), (_desk.Begun, _desk.Disposed));
    }

    [Fact]
    public async Task Heartbeat_is_sent_after_an_idle_interval()
    {
        await _desk.Starts();
        await _desk.Plays(
            "+ 29", "> 1 2 112=a", "< 0 2 112=a", "+ 29", "> 0 3", "+ 1", "< 0 3", "+ 29", "> 0 4", "+ 1", "< 0 4");
    }

    [Fact]
    public async Task Silent_session_gets_a_test_request_and_then_a_logout()
    {
        await _desk.Starts(10);
        await _desk.Plays(
            "+ 9", "+ 1", "< 0 2", "+ 1", "+ 1", "< 1 3 112=TEST-3", "+ 9", "+ 1", "< 0 4", "+ 1",
            "+ 1", "< 5 5 58=Nothing was heard, and the TestRequest was not answered.", "closed");
    }

    [Theory]
    [InlineData("> 0 2 112=TEST-3")]
    [InlineData("> D 2 11=a")]
    public async Task Any_message_resets_the_test_request_timer(string said)
    {
        await _desk.Starts(10);
        await _desk.Plays(
            "+ 10", "< 0 2", "+ 2", "< 1 3 112=TEST-3", "+ 9", said, "+ 1", "< 0 4", "+ 10", "< 0 5", "+ 1",
            "< 1 6 112=TEST-6", "+ 9", "+ 1", "< 0 7");
    }

    [Fact]
    public async Task Session_with_a_message_in_progress_is_not_silent()
    {
        await _desk.Starts(10);
        var patience = new TaskCompletionSource();
        _desk.Patience = patience.Task;
        var order = _desk.Session.ObeyAsync(FixText.Message(_desk.Whole("D 2 11=a")));
        await _desk.Plays("+ 10", "< 0 2", "+ 10", "< 0 3", "+ 10", "< 0 4");
        patience.SetResult();
        await order;
        await _desk.Plays("+ 9", "+ 1", "< 0 5", "+ 2", "< 1 6 112=TEST-6");
    }

    [Fact]
    public async Task A_message_too_many_ahead_is_asked_for_once_and_taken_when_it_is_its_turn()
    {
        await _desk.Starts();
        await _desk.Plays("> D 2 11=a", "> D 5 11=d", "< 2 2 7=3|16=0", "> D 6 11=e", "> 0 7");
        await _desk.Plays(
            "> D 3 [43=Y|122=@-1] 11=b", "> D 4 [43=Y|122=@] 11=c", "> D 5 [43=Y|122=@] 11=d",
            "> 4 6 [43=Y|122=@] 123=Y|36=8", "> D 8 11=f");
        Assert.Equal(["D 2 a", "D 3 b", "D 4 c", "D 5 d", "D 8 f"], _desk.Taken);
    }

    [Fact]
    public async Task Missing_messages_are_requested_again()
    {
        await _desk.Starts();
        await _desk.Plays(
            "> 0 4", "< 2 2 7=2|16=0", "+ 29", "> 0 5", "+ 1", "< 0 3", "> 0 6", "< 2 4 7=2|16=0", "> D 2 11=a",
            "> 0 7", "+ 1");
        await _desk.Plays("> D 3 11=b", "> D 4 11=c", "> D 5 11=d", "> D 8 11=f", "< 2 5 7=6|16=0");
    }

    [Fact]
    public async Task A_number_too_low_ends_the_session()
    {
        await _desk.Starts();
        await _desk.Plays(
            "> 0 2", "> 0 3", "> 0 4", "> 0 2", "< 5 2 58=MsgSeqNum too low, expecting 5 but received 2", "closed");
    }

    [Fact]
    public async Task A_message_without_a_number_ends_the_session()
    {
        await _desk.Starts();
        await _desk.Plays("> D 2 [34] 11=a", "< 5 2 58=MsgSeqNum (34) is missing, or no number.", "closed");
        Assert.Empty(_desk.Taken);
    }

    [Fact]
    public async Task A_duplicate_is_not_carried_out_again()
    {
        await _desk.Starts();
        await _desk.Plays(
            "> D 2 11=a", "> D 2 [43=Y|122=@-1] 11=a", "> D 3 [43=Y|122=@-1] 11=b", "> D 3 [43=Y|122=@] 11=b",
            "> D 4 11=c");
        Assert.Equal(["D 2 a", "D 3 b", "D 4 c"], _desk.Taken);
    }

    [Theory]
    [InlineData("43=Y", "371=122|372=D|373=1|58=OrigSendingTime (122) is missing.")]
    [InlineData(
        "43=Y|122=yesterday",
        "371=122|372=D|373=6|58=OrigSendingTime (122) is YYYYMMDD-HH:MM:SS.sss, UTC. Received: 'yesterday'.")]
    [InlineData("43=J", "371=43|372=D|373=5|58=PossDupFlag (43) is Y or N. Received: 'J'.")]
    public async Task A_duplicate_says_when_it_was_sent_first(string header, string refused)
    {
        await _desk.Starts();
        await _desk.Plays(
            "> D 2 11=a", $"> D 2 [{header}] 11=a", $"< 3 2 45=2|{refused}", "> 1 3 112=a", "< 0 3 112=a");
        await _desk.Plays($"> D 4 [{header}] 11=a", $"< 3 4 45=4|{refused}", "> 1 5 112=a", "< 0 5 112=a");
        Assert.Equal(["D 2 a"], _desk.Taken);
    }

    [Theory]
    [InlineData(
        "49=OTHER",
        "371=49|372=D|373=9|", "SenderCompID (49) is the same in all messages of a session. Received: 'OTHER'.")]
    [InlineData("56=OTHER", "371=56|372=D|373=9|", "TargetCompID (56) is QUANTUMCORE. Received: 'OTHER'.")]
    [InlineData("52=@-121", "371=52|372=D|373=10|", "SendingTime (52) is more than two minutes from @.")]
    [InlineData("52=@+121", "371=52|372=D|373=10|", "SendingTime (52) is more than two minutes from @.")]
    [InlineData("43=Y|122=@+10", "371=122|372=D|373=10|", "OrigSendingTime (122) is after SendingTime (52).")]
    public async Task Message_with_a_wrong_comp_id_or_sending_time_is_rejected_and_logged_out(
        string header, string refused, string why)
    {
        await _desk.Starts();
        await _desk.Plays(
            $"> D 2 [{header}] 11=a", $"< 3 2 45=2|{refused}58={why}", $"< 5 3 58={why}", "closed", "> D 3 11=b");
        Assert.Empty(_desk.Taken);
    }

    [Theory]
    [InlineData("> 0 2 [56]", "371=56|372=0|373=1|58=56 is missing.")]
    [InlineData("> 0 2 [56=]", "371=56|372=0|373=4|58=56 is missing.")]
    [InlineData(
        "> 0 2 [52=20260102]",
        "371=52|372=0|373=6|58=SendingTime (52) is YYYYMMDD-HH:MM:SS.sss, UTC. Received: 20260102.")]
    [InlineData("> 0 2 999=HI", "371=999|372=0|373=0|58=999 is not a tag of message 0.")]
    [InlineData("> 0 2 4999=HI", "371=4999|372=0|373=0|58=4999 is not a tag of message 0.")]
    [InlineData("> 0 2 0=HI", "371=0|372=0|373=0|58=A field begins with the number of its tag.")]
    [InlineData("> 0 2 -1=HI", "372=0|373=0|58=A field begins with the number of its tag.")]
    [InlineData("> 0 2 garbled", "372=0|373=0|58=A field begins with the number of its tag.")]
    [InlineData("> 0 2 0112=HI", "372=0|373=0|58=A field begins with the number of its tag.")]
    [InlineData("> 0 2 55=MSFT", "371=55|372=0|373=2|58=55 is not a tag of message 0.")]
    [InlineData("> D 2 11=a|44=1", "371=44|372=D|373=2|58=44 is not a tag of message D.")]
    [InlineData("> D 2 [90=3|91=abc] 11=a", "371=90|372=D|373=2|58=90 is not a tag of message D.")]
    [InlineData("> D 2 [97=J] 11=a", "371=97|372=D|373=5|58=PossResend (97): Y or N. Received: 'J'.")]
    [InlineData(
        "> D 2 [122=yesterday] 11=a",
        "371=122|372=D|373=6|58=OrigSendingTime (122): UTC, such as 20260131-15:30:00. Received: 'yesterday'.")]
    [InlineData(
        "> D 2 [369=+1] 11=a",
        "371=369|372=D|373=6|58=LastMsgSeqNumProcessed (369): A whole number. Received: '+1'.")]
    [InlineData(
        "> D 2 [347=UTF-9] 11=a",
        "371=347|372=D|373=5|58=MessageEncoding (347) is one of ISO-2022-JP EUC-JP Shift_JIS UTF-8. Received: 'UTF-9'.")]
    [InlineData(
        "> D 2 [212=2|213=abc] 11=a",
        "371=212|372=D|373=6|58=XmlDataLen (212) stands before XmlData (213) and is its length. Received: 2.")]
    [InlineData(
        "> D 2 [627=2|628=HUB] 11=a", "371=627|372=D|373=16|58=627 is the number of the entries that follow it.")]
    [InlineData("> D 2 11=a|55=", "371=55|372=D|373=4|58=55 has no value.")]
    [InlineData("> D 2 11=ä", "371=11|372=D|373=6|58=11 holds a character that is not printable ASCII.")]
    [InlineData("> D 2 11=a\tb", "371=11|372=D|373=6|58=11 holds a character that is not printable ASCII.")]
    [InlineData("> D 2 11=a|50=me", "371=50|372=D|373=14|58=50 belongs to the header, before the message's own tags.")]
    [InlineData("> D 2 11=a|40=1|40=2", "371=40|372=D|373=13|58=40 is there more than once.")]
    [InlineData("> D 2 [49=DESK|49=DESK] 11=a", "371=49|372=D|373=13|58=49 is there more than once.")]
    [InlineData(
        "> V 2 262=q|267=2|269=0|146=1|55=a",
        "371=267|372=V|373=16|58=267 is the number of the entries that follow it.")]
    [InlineData(
        "> V 2 262=q|267=1|269=0|146=1|55=a|55=b",
        "371=146|372=V|373=16|58=146 is the number of the entries that follow it.")]
    [InlineData(
        "> V 2 262=q|267=one|269=0", "371=267|372=V|373=16|58=267 is the number of the entries that follow it.")]
    [InlineData("> V 2 262=q|267=1|269=0|146=1|55=a|269=1", "371=269|372=V|373=13|58=269 is there more than once.")]
    [InlineData("> V 2 262=q|55=b|146=1|55=a", "371=55|372=V|373=13|58=55 is there more than once.")]
    [InlineData("> * 2", "371=35|372=*|373=11|58=FIX 4.4 has no such MsgType (35). Received: '*'.")]
    [InlineData("> ZZ 2", "371=35|372=ZZ|373=11|58=FIX 4.4 has no such MsgType (35). Received: 'ZZ'.")]
    [InlineData("> 1 2", "371=112|372=1|373=1|58=112 is missing.")]
    [InlineData("> 2 2 16=0", "371=7|372=2|373=1|58=7 is missing.")]
    [InlineData("> 2 2 7=1", "371=16|372=2|373=1|58=16 is missing.")]
    [InlineData("> 2 2 7=+1|16=0", "371=7|372=2|373=6|58=7 is a whole number. Received: '+1'.")]
    [InlineData(
        "> 2 2 7=0|16=0",
        "371=7|372=2|373=5|58=BeginSeqNo (7) is 1 to 1, and not above EndSeqNo (16). Received: 0.")]
    [InlineData(
        "> 2 2 7=2|16=0",
        "371=7|372=2|373=5|58=BeginSeqNo (7) is 1 to 1, and not above EndSeqNo (16). Received: 2.")]
    [InlineData("> 4 2 123=Y", "371=36|372=4|373=1|58=36 is missing.")]
    [InlineData("> 4 2 123=Y|36=2", "371=36|372=4|373=5|58=NewSeqNo (36) is 3 at least. Received: 2.")]
    [InlineData("> 4 2 123=J|36=20", "371=123|372=4|373=5|58=GapFillFlag (123) is Y or N. Received: 'J'.")]
    [InlineData(
        "> A 2 98=0|108=30",
        "371=35|372=A|373=99|58=The session is logged on. With MsgSeqNum (34) 1 and ResetSeqNumFlag (141) Y its numbers begin anew.")]
    public async Task A_message_that_is_wrong_is_refused_by_its_tag_and_changes_nothing(string said, string refused)
    {
        await _desk.Starts();
        await _desk.Plays(said, $"< 3 2 45=2|{refused}", "> 1 3 112=a", "< 0 3 112=a");
        Assert.Empty(_desk.Taken);
    }

    [Fact]
    public async Task User_defined_tags_are_ignored_and_groups_are_counted()
    {
        await _desk.Starts();
        await _desk.Plays("> D 2 [97=Y] 11=a|5000=mine|40=1", "> 0 3 5000=x", "> V 4 262=q|267=2|269=0|269=1|146=0");
        Assert.Equal(["D 2 a", "V 4"], _desk.Taken);
        var request = FixText.Message("35=V|262=q|267=2|269=0|269=1|146=3|55=a|55=b|55=c|264=1|");
        Assert.Equal(["0", "1"], request.Group(267).Select(entry => entry[269]));
        Assert.Equal(["a", "b", "c"], request.Group(146).Select(entry => entry[55]));
        Assert.Empty(FixText.Message("35=V|267=0|").Group(267));
        Assert.Empty(FixText.Message("35=V|").Group(267));
    }

    [Theory]
    [InlineData("8")]
    [InlineData("AE")]
    [InlineData("BH")]
    [InlineData("U1")]
    public async Task Unsupported_message_is_rejected(string type)
    {
        await _desk.Starts();
        await _desk.Plays(
            $"> {type} 2 11=a|11=b",
            $"< j 2 45=2|372={type}|380=3|58=The exchange does not take messages of type {type}.");
    }

    [Fact]
    public async Task Reject_messages_of_the_client_are_not_rejected()
    {
        await _desk.Starts();
        await _desk.Plays("> 3 2 45=1|999=what", "> j 3 45=1|372=8|380=3", "> 1 4 112=a", "< 0 2 112=a");
    }

    [Fact]
    public async Task The_application_refuses_by_tag_or_by_reason()
    {
        await _desk.Starts();
        var order = FixText.Message(_desk.Whole("D 2 11=a|40=1"));
        await _desk.Session.ObeyAsync(order);
        _desk.Session.Reject(order, 40, FixReject.ValueIncorrect, "OrdType (40) is 1, 2, 3 or 4.");
        _desk.Session.RejectBusiness(order, 2, "a", "No such symbol.");
        _desk.Session.RejectBusiness(order, 0, null, "Ünknown|".Replace('|', '\u0001'));
        await _desk.Plays(
            "< 3 2 45=2|371=40|372=D|373=5|58=OrdType (40) is 1, 2, 3 or 4. Received: 1.",
            "< j 3 45=2|372=D|379=a|380=2|58=No such symbol.",
            "< j 4 45=2|372=D|380=0|58=?nknown?");
    }

    [Theory]
    [InlineData("115=JCD", "128=JCD")]
    [InlineData("115=JCD|116=CS|144=CHI", "128=JCD|129=CS|145=CHI")]
    [InlineData("128=JCD", "115=JCD")]
    [InlineData("128=JCD|129=CS|145=CHI", "115=JCD|116=CS|144=CHI")]
    [InlineData(
        "115=A|128=B|212=3|213=a=b|347=UTF-8|627=2|628=HUB|629=20260102-09:00:00|630=7|628=HUB2", "115=B|128=A")]
    public async Task Response_carries_the_routing_tags_of_its_request(string header, string back)
    {
        await _desk.Starts();
        var order = FixText.Message(_desk.Whole($"D 2 [{header}] 11=a"));
        await _desk.Session.ObeyAsync(order);
        await _desk.Plays();
        Assert.Equal(["D 2 a"], _desk.Taken);
        _desk.Session.Reject(order, 11, FixReject.ValueIncorrect, "No.");
        _desk.Session.RejectBusiness(order, 2, "a", "No.");
        _desk.Session.Send("8", to => to.Add(11, "a"), route: FixRoute.BackOf(order));
        await _desk.Plays(
            $"< 3 2 {back}|45=2|371=11|372=D|373=5|58=No. Received: 'a'.",
            $"< j 3 {back}|45=2|372=D|379=a|380=2|58=No.",
            $"< 8 4 {back}|11=a",
            "> 2 3 7=4|16=4", $"< 8 4 43=Y|122=@|{back}|11=a");
    }

    [Fact]
    public async Task Empty_routing_tag_is_rejected_and_omitted()
    {
        await _desk.Starts();
        await _desk.Plays(
            "> D 2 [115=] 11=a", "< 3 2 45=2|371=115|372=D|373=4|58=115 has no value.",
            "> D 3 [115=JCD|116=] 11=a", "< 3 3 128=JCD|45=3|371=116|372=D|373=4|58=116 has no value.");
    }

    [Fact]
    public async Task A_gap_is_filled_by_a_sequence_reset_in_its_turn()
    {
        await _desk.Starts();
        await _desk.Plays("> 4 2 123=Y|36=20", "> 1 20 112=HELLO", "< 0 2 112=HELLO");
        await _desk.Plays(
            "> 4 30 123=Y|36=40", "< 2 3 7=21|16=0", "> 4 1 [43=Y|122=@-1] 123=Y|36=50", "> 1 21 112=a", "< 0 4 112=a");
        await _desk.Plays("> 4 1 123=Y|36=50", "< 5 5 58=MsgSeqNum too low, expecting 22 but received 1", "closed");
    }

    [Fact]
    public async Task A_sequence_reset_that_fills_no_gap_counts_whatever_its_own_number_is()
    {
        await _desk.Starts();
        await _desk.Plays(
            "> 4 0 36=25", "> 1 25 112=a", "< 0 2 112=a", "> 4 0 123=N|36=50", "> 1 50 112=b", "< 0 3 112=b");
        await _desk.Plays(
            "> 4 0 36=51", "> 1 51 112=c", "< 0 4 112=c", "> 4 700 36=1",
            "< 3 5 45=700|371=36|372=4|373=5|58=NewSeqNo (36) is 52 at least. Received: 1.");
        await _desk.Plays("> 1 52 112=d", "< 0 6 112=d", "> 4 0 36=999999999", "> 1 999999999 112=e", "< 0 7 112=e");
        await _desk.Plays("> 1 1000000000 112=f", "< 5 8 58=MsgSeqNum (34) is missing, or no number.", "closed");
    }

    [Fact]
    public async Task Resent_messages_are_possible_duplicates_and_gap_fills_replace_session_messages()
    {
        await _desk.Starts();
        _desk.Session.Send("8", to => to.Add(11, "a"));
        await _desk.Plays("< 8 2 11=a", "> 1 2 112=x", "< 0 3 112=x", "+ 1");
        _desk.Session.Send("8", to => to.Add(11, "b").Add(38, 5).Add(54, '1').Add(60, _desk.Time.GetUtcNow()));
        await _desk.Plays("< 8 4 11=b|38=5|54=1|60=@", "> 1 3 112=y", "< 0 5 112=y", "+ 4");

        string[] again =
        [
            "< 4 1 43=Y|122=@|123=Y|36=2",
            "< 8 2 43=Y|122=@-5|11=a",
            "< 4 3 43=Y|122=@|123=Y|36=4",
            "< 8 4 43=Y|122=@-4|11=b|38=5|54=1|60=@-4",
            "< 4 5 43=Y|122=@|123=Y|36=6",
        ];
        await _desk.Plays(["> 2 4 7=1|16=0", .. again]);
        await _desk.Plays(["> 2 5 7=1|16=999999", .. again]);
        await _desk.Plays("> 2 6 7=2|16=2", again[1], "> 2 7 7=3|16=3", again[2], "> 1 8 112=z", "< 0 6 112=z");
        await _desk.Plays(
            "> 2 9 7=5|16=4",
            "< 3 7 45=9|371=7|372=2|373=5|58=BeginSeqNo (7) is 1 to 6, and not above EndSeqNo (16). Received: 5.");
        Assert.Equal(12, _desk.AskedFor);
        Assert.Equal(
            "8=FIX.4.4|9=94|35=8|49=QUANTUMCORE|56=DESK|34=2|52=20260102-09:00:05.000|43=Y|122=20260102-09:00:00.000|11=a|10=047|",
            _desk.Sent.First(
                message => message.Contains("|43=Y|", StringComparison.Ordinal)
                    && message.Contains("|11=a|", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task Resend_request_inside_a_gap_is_answered_before_the_gap_is_filled()
    {
        await _desk.Starts();
        _desk.Session.Send("8", to => to.Add(11, "a"));
        await _desk.Plays("< 8 2 11=a", "> 2 4 7=2|16=2", "< 2 3 7=2|16=0", "< 8 2 43=Y|122=@|11=a");
        await _desk.Plays(
            "> 2 5 7=2|16=2|55=a", "< 3 4 45=5|371=55|372=2|373=2|58=55 is not a tag of message 2.", "> 5 9", "< 5 5",
            "closed");
    }

    [Fact]
    public async Task Last_ten_thousand_messages_can_be_resent()
    {
        await _desk.Starts();
        for (var number = 0; number <= 10_000; number++)
            _desk.Session.Send("8", to => to.Add(11, number));
        _desk.Out();
        await _desk.Session.ObeyAsync(FixText.Message(_desk.Whole("2 2 7=1|16=0")));
        var again = _desk.Out();
        Assert.Equal("4 1 43=Y|122=20260102-09:00:00.000|123=Y|36=3", again[0]);
        Assert.Equal(10_001, again.Length);
        Assert.Equal("8 3 43=Y|122=20260102-09:00:00.000|11=1", again[1]);
        Assert.Equal("8 10002 43=Y|122=20260102-09:00:00.000|11=10000", again[^1]);
    }

    [Fact]
    public async Task Last_sixteen_mebibytes_can_be_resent()
    {
        await _desk.Starts();
        var text = new string('x', 32_768 - 4);
        for (var number = 0; number < 513; number++)
            _desk.Session.Send("8", to => to.Add(58, text));
        _desk.Out();
        await _desk.Session.ObeyAsync(FixText.Message(_desk.Whole("2 2 7=1|16=0")));
        Assert.Equal(["4", .. Enumerable.Repeat("8", 512)], _desk.Out().Select(message => message[..1]));
    }

    [Fact]
    public async Task Resend_request_completes_after_the_resent_messages_are_sent()
    {
        await _desk.Starts();
        var patience = new TaskCompletionSource();
        _desk.Patience = patience.Task;
        var request = _desk.Session.ObeyAsync(FixText.Message(_desk.Whole("2 2 7=1|16=0")));
        Assert.False(request.IsCompleted);
        await _desk.Plays("+ 1");
        patience.SetResult();
        await request;
        await _desk.Plays("< 4 1 43=Y|122=@|123=Y|36=2");
    }

    [Fact]
    public async Task A_second_logon_begins_the_numbers_anew()
    {
        await _desk.Starts();
        _desk.Session.Send("8", to => to.Add(11, "a"));
        await _desk.Plays("< 8 2 11=a", "> 0 2", "> 0 3", "> A 1 98=0|108=10|141=Y", "< A 1 98=0|108=10|141=Y");
        _desk.Session.Send("8", to => to.Add(11, "b"));
        await _desk.Plays(
            "< 8 2 11=b", "> 2 2 7=1|16=0", "< 4 1 43=Y|122=@|123=Y|36=2", "< 8 2 43=Y|122=@|11=b", "+ 10", "< 0 3");
        await _desk.Plays(
            "> A 1 98=0|108=0|141=Y",
            "< 3 4 45=1|371=108|372=A|373=5|58=HeartBtInt (108) is 1 to 3600 seconds. Received: 0.");
        await _desk.Plays(
            "> 0 9", "< 2 5 7=3|16=0", "> A 1 98=0|108=10|141=Y", "< A 1 98=0|108=10|141=Y", "> 0 3", "< 2 2 7=2|16=0");
        Assert.Equal(1, _desk.Begun);
    }

    [Fact]
    public async Task A_logout_is_answered_by_a_logout_and_nothing_comes_after_it()
    {
        await _desk.Starts();
        await _desk.Plays("> 5 2 58=bye", "< 5 2", "closed", "> D 3 11=a", "+ 100");
        var order = FixText.Message(_desk.Whole("D 3 11=a"));
        _desk.Session.Send("8", to => to.Add(11, "a"));
        _desk.Session.Reject(order, 11, FixReject.Other, "");
        _desk.Session.LogOut("again");
        await _desk.Plays();
        Assert.Empty(_desk.Taken);
        Assert.Equal("The client logged out.", _desk.Session.Why);
    }

    [Fact]
    public async Task The_exchange_logs_out_with_a_reason()
    {
        await _desk.Starts();
        _desk.Session.LogOut("The exchange is stopping.");
        await _desk.Plays("< 5 2 58=The exchange is stopping.", "closed");
        Assert.Equal("The exchange is stopping.", _desk.Session.Why);
    }

    [Fact]
    public async Task Messages_from_everywhere_go_out_in_the_order_of_their_numbers()
    {
        await _desk.Starts();
        await Parallel.ForAsync(0, 8, TestContext.Current.CancellationToken, (sender, _) =>
        {
            for (var message = 0; message < 500; message++)
                _desk.Session.Send("8", to => to.Add(11, $"{sender}-{message}"));
            return ValueTask.CompletedTask;
        });
        var sent = _desk.Out();
        Assert.Equal(Enumerable.Range(2, 4000), sent.Select(message => int.Parse(message.Split(' ')[1])));
        Assert.All(
            sent.GroupBy(message => message.Split('=')[1].Split('-')[0]),
            ofOne => Assert.Equal(Enumerable.Range(0, 500), ofOne.Select(message => int.Parse(message.Split('-')[1]))));
    }
}

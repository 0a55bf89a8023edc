*** Settings ***
Documentation       Every command explains itself, with examples that can be typed.
Resource            commands.resource
Test Setup          Make A Project
Test Teardown       Remove The Project


*** Test Cases ***
Every Command Has Help With Examples
    ${result} =    Bugcapture    0    --help
    @{commands} =    Evaluate    re.findall(r'^\\s\\s(\\w+)\\s\\s+[A-Z]', $result.stdout.partition('Commands:')[2], re.M)    re
    List Should Contain Value    ${commands}    check
    List Should Contain Value    ${commands}    demo
    List Should Contain Value    ${commands}    graduate
    List Should Contain Value    ${commands}    list
    FOR    ${command}    IN    @{commands}
        ${help} =    Bugcapture    0    ${command}    --help
        Should Start With    ${help.stdout}    Usage: bugcapture ${command}
        Should Match Regexp    ${help.stdout}    (?m)^ \ Examples:\n \ \ \ bugcapture ${command}
        ${short} =    Bugcapture    0    ${command}    -h
        Should Be Equal    ${short.stdout}    ${help.stdout}
        Should Be Empty    ${help.stderr}
    END

Without A Command The Help Is Shown As A Usage Error
    ${result} =    Bugcapture    2
    Should Be Empty    ${result.stdout}
    Should Contain    ${result.stderr}    bugcapture graduate 991

A Reader That Went Away Is No Error
    VAR    ${script}    { sleep 0.3; bugcapture --help; echo "code $?" >&2; } | true
    ${result} =    Run In Project    0    sh    -c    ${script}
    Should Be Equal    ${result.stderr}    code 0

The Version
    ${result} =    Bugcapture    0    --version
    Should Match Regexp    ${result.stdout}    ^bugcapture \\d+\\.\\d+\\.\\d+

*** Settings ***
Documentation       ``bugcapture demo`` tells the life of bug 991 with real commands.
Resource            commands.resource
Test Setup          Make A Project
Test Teardown       Remove The Project


*** Test Cases ***
The Story Ends Well And Leaves Nothing Behind
    Create Directory    ${PROJECT}/tmp
    Set Variable For Commands    TMPDIR    ${PROJECT}/tmp
    ${result} =    Bugcapture    0    demo
    Should Contain    ${result.stdout}    $ bugcapture graduate 991
    Should Contain    ${result.stdout}    1 expected failure (#991), 0 look fixed, 0 wrong, 0 regressed
    Should Contain    ${result.stdout}    bug 991 looks fixed
    Should Contain    ${result.stdout}    bug 991 is back
    Should Not Contain    ${result.stdout}    NOT AS TOLD
    Should Have No Colour    ${result.stdout}
    Should Match Regexp    ${result.stderr}    ^bugcapture: \\d+ commands, all behaved as told, in [\\d.]+ s$
    Directory Should Be Empty    ${PROJECT}/tmp

The Project That Is Kept Can Be Played With
    VAR    ${kept}    ${PROJECT}/new/audit
    ${result} =    Bugcapture    0    demo    --keep    ${kept}    --format\=json
    ${document} =    Read JSON    ${result.stdout}    bugcapture.demo/1
    Should Be True    ${document}[behaved]
    FOR    ${step}    IN    @{document}[steps]
        Should Be Equal    ${step}[exit]    ${step}[expected_exit]    ${step}[command]
    END
    ${log} =    Git    log    --format\=%s    folder=${kept}
    Should Match Regexp    ${log}    ^refactor: .*\nfix: .*\\(#991\\)\ntest: .*#991.*\nfeat: add the audit service$
    # The story ends with a commit that brought the bug back.
    ${result} =    Run In Project    1    behave    folder=${kept}
    Should Contain    ${result.stderr}    bug 991 is back
    Git    revert    --no-edit    HEAD    folder=${kept}
    ${result} =    Run In Project    0    behave    folder=${kept}
    Should End With    ${result.stderr}    bugcapture: 0 expected failures, 0 look fixed, 0 wrong, 0 regressed
    ${status} =    Git    status    --porcelain    folder=${kept}
    Should Be Empty    ${status}

A Folder With Something In It Is Refused
    ${result} =    Bugcapture    2    demo    --keep    ${PROJECT}
    Should Contain    ${result.stderr}    ${PROJECT}: the folder is not empty
    File Should Exist    ${PROJECT}/shop.py
    Directory Should Not Exist    ${PROJECT}/.git
    ${result} =    Bugcapture    2    demo    --keep    ${PROJECT}/shop.py
    Should Contain    ${result.stderr}    is a file

An Interrupted Story Is Exit Code 130
    VAR    ${kept}    ${PROJECT}/new
    ${story} =    Start Process    bugcapture    demo    --keep    ${kept}    cwd=${PROJECT}    env=${ENVIRONMENT}
    Wait Until Created    ${kept}/behave.ini    timeout=30s
    Send Signal To Process    SIGINT    ${story}
    ${result} =    Wait For Process    ${story}    timeout=30s    on_timeout=kill
    Should Be Equal As Integers    ${result.rc}    130
    Should Contain    ${result.stderr}    bugcapture: interrupted
    Should Not Contain    ${result.stderr}    Traceback
